/** Through a real PgBouncer: pg_stat_ssl describes another hop than the socket. */
import { guard, PolicyError, verifySession } from '@verify-full/pg'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Pki,
  type PostgresServer,
  pgbouncer,
  pgbouncerAvailable,
  pki,
  postgres,
} from '../support/index.js'

const present = pgbouncerAvailable()
if (!present) console.warn('NOT TESTED: PgBouncer is not on PATH, so no pooler was tried')

describe.skipIf(!present)(present ? 'PgBouncer' : 'NOT TESTED: PgBouncer is not on PATH', () => {
  let server: PostgresServer
  let set: Pki
  beforeAll(async () => {
    set = await pki()
    server = await postgres({
      hba: [
        'hostssl all all 127.0.0.1/32 scram-sha-256',
        'host all all 127.0.0.1/32 scram-sha-256',
      ],
    })
  })
  afterAll(() => server?.stop())
  const config = (port: number) => ({
    host: '127.0.0.1',
    port,
    user: server.user,
    password: server.password,
    database: server.database,
    ssl: { ca: set.root.root },
    connectionTimeoutMillis: 5000,
  })

  it.each(['sequential', 'eager'] as const)(
    'TLS on both hops is accepted, gate %s',
    async (gate) => {
      await using bouncer = await pgbouncer({
        server,
        certificate: set.certificate('good'),
        clientTls: 'require',
        serverTls: 'require',
      })
      const pool = guard(new pg.Pool(config(bouncer.port)), { gate })
      const { session } = await verifySession(pool)
      expect(session).toMatchObject({
        local: { authorized: true },
        server: { ssl: true, sameBackend: false },
      })
      expect((await pool.query('select 1 as v')).rows).toEqual([{ v: 1 }])
      await pool.end()
    },
  )

  it('plaintext behind the pooler is refused, naming the hop; sessionCheck local accepts it', async () => {
    await using bouncer = await pgbouncer({
      server,
      certificate: set.certificate('good'),
      clientTls: 'require',
      serverTls: 'disable',
    })
    const pool = guard(new pg.Pool(config(bouncer.port)))
    const error = await pool.query('select 1').catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(PolicyError)
    expect((error as Error).message).toContain('pooler -> server is in plaintext')
    expect((error as Error).message).toContain("sessionCheck: 'local'")
    await pool.end()
    const local = guard(new pg.Pool(config(bouncer.port)), { sessionCheck: 'local' })
    expect(await verifySession(local)).toMatchObject({ sessionCheck: 'local' })
    await local.end()
  })

  it('plaintext in front of the pooler is refused before the password', async () => {
    await using bouncer = await pgbouncer({ server, clientTls: 'disable', serverTls: 'require' })
    const pool = guard(new pg.Pool(config(bouncer.port)))
    await expect(pool.query('select 1')).rejects.toMatchObject({
      violations: [{ rule: 'server-ssl-off' }],
    })
    await pool.end()
  })
})
