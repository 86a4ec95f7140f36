/** What `planPostgres` says about verification and fallback is what unguarded postgres.js does. */
import { planPostgres } from '@verify-full/core'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { hostile, pki } from '../support/index.js'

const set = await pki()
const MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'bogus', 'true']

/** Whether postgres.js sends its startup packet to a server of this kind. */
async function speaks(mode: string, kind: 'rogue' | 'strips TLS' | 'wrong-name'): Promise<boolean> {
  const known = kind === 'strips TLS' ? ('good' as const) : kind
  await using server = await hostile({
    answer: kind === 'strips TLS' ? 'refuse' : 'tls',
    tls: { certificate: set.certificate(known) },
  })
  const sql = postgres(`postgres://app:pw@localhost:${server.port}/app?sslmode=${mode}`, {
    max: 1,
    fetch_types: false,
    connect_timeout: 2,
  })
  await sql`select 1`.catch(() => {})
  await sql.end({ timeout: 0 })
  return server.connections.some(({ messages }) => messages.includes('StartupMessage'))
}

test.each(MODES)('sslmode=%s', async (mode) => {
  const [plan] = planPostgres(`postgres://localhost/app?sslmode=${mode}`, {}, {})
  const [first] = plan.transports
  const plaintext = plan.transports.some(({ kind }) => kind === 'plaintext')
  const unverified = first.kind === 'tls' && first.verification === 'none'
  expect(await speaks(mode, 'rogue')).toBe(unverified || first.kind === 'plaintext')
  expect(await speaks(mode, 'wrong-name')).toBe(unverified || first.kind === 'plaintext')
  expect(await speaks(mode, 'strips TLS')).toBe(plaintext)
})
