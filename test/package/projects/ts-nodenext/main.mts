import { type Authority, createAuthority } from '@verify-full/certs'
import type { judge, Verdict } from '@verify-full/core'
import { guard, Pool, verifySession } from '@verify-full/pg'
import pg from 'pg'

type Same<A, B> = [A, B] extends [B, A] ? true : never

const pool = guard(new pg.Pool({ host: 'db.example.com' }))
export const isPool: Same<typeof pool, pg.Pool> = true

const client = guard(new pg.Client(), { minTlsVersion: 'TLSv1.3' })
export const isClient: Same<typeof client, pg.Client> = true

export const guarded: pg.Pool = new Pool()
export const configured = new pg.Pool(guard('postgres://db.example.com/app?sslmode=verify-full'))
export const protocol: string | undefined = (await verifySession(pool)).session.local?.version
export const root: Authority = await createAuthority({ name: 'Development root' })
export type Judged = Verdict<Parameters<typeof judge>[0]['session']>

// @ts-expect-error a number is none of the four
guard(42)
// @ts-expect-error no such option
guard(pool, { minimun: 'verify-full' })
