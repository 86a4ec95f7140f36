import { type Authority, createAuthority } from '@verify-full/certs'
import type { Session, Verdict } from '@verify-full/core'
import { guard as guardKnex, verifySession as verifyKnex } from '@verify-full/knex'
import { guard, Pool, verifySession } from '@verify-full/pg'
import { guard as guardTypeOrm, verifySession as verifyTypeOrm } from '@verify-full/typeorm'
import knex, { type Knex } from 'knex'
import pg from 'pg'
import { DataSource } from 'typeorm'

type Same<A, B> = [A, B] extends [B, A] ? true : never

const pool = guard(new pg.Pool({ host: 'db.example.com' }))
export const isPool: Same<typeof pool, pg.Pool> = true

const client = guard(new pg.Client(), { minTlsVersion: 'TLSv1.3' })
export const isClient: Same<typeof client, pg.Client> = true

export const guarded: pg.Pool = new Pool()
export const configured = new pg.Pool(guard('postgres://db.example.com/app?sslmode=verify-full'))
export const protocol: string | undefined = (await verifySession(pool)).session.local?.version
export const root: Authority = await createAuthority({ name: 'Development root' })
export type Judged = Verdict<Session>

const db = guardKnex(knex({ client: 'pg', connection: 'postgres://db.example.com/app' }))
export const isKnex: Same<typeof db, Knex> = true
export const fromConfig: Knex = knex(guardKnex({ client: 'pg', connection: {} }))
export const knexVersion: string | undefined = (await verifyKnex(db)).session.local?.version

const dataSource = guardTypeOrm(new DataSource({ type: 'postgres' }))
export const isDataSource: Same<typeof dataSource, DataSource> = true
export const fromOptions: DataSource = new DataSource(guardTypeOrm({ type: 'postgres' }))
export const names: (string | undefined)[] = (await verifyTypeOrm(dataSource)).map(
  ({ name }) => name,
)

// @ts-expect-error a number is none of the four
guard(42)
// @ts-expect-error no such option
guard(pool, { minimun: 'verify-full' })
// @ts-expect-error a number is no Knex
guardKnex(42)
// @ts-expect-error a number is no DataSource
guardTypeOrm(42)
