/**
 * The guard on every supported pg and PostgreSQL: the installed ones, and with VERIFY_FULL_MATRIX=1 those
 * of test/matrix. A version that is not installed fails.
 */
import { createRequire } from 'node:module'
import { guard, PolicyError } from '@verify-full/pg'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Pki, type PostgresServer, pki, postgres } from '../support/index.js'

const matrix = process.env.VERIFY_FULL_MATRIX === '1'
const local = createRequire(import.meta.url)
const installed = createRequire(new URL('../matrix/package.json', import.meta.url))
const drivers: [string, typeof pg][] = [
  ['pg latest', local('pg')],
  ...(matrix ? ['pg-8.11', 'pg-8.16', 'pg-8.20', 'pg-8.23.0'] : []).map(
    (name): [string, typeof pg] => [name, installed(name)],
  ),
]

describe.each(matrix ? [14, 15, 16, 17, 18] : [18])('PostgreSQL %s', (version) => {
  let server: PostgresServer
  let set: Pki
  beforeAll(async () => {
    set = await pki()
    server = await postgres({ version })
    await server.admin('create table ran (v text); grant all on ran to public', server.database)
  })
  afterAll(() => server?.stop())
  const config = (ca: string) => ({
    host: '127.0.0.1',
    port: server.port,
    user: server.user,
    password: server.password,
    database: server.database,
    ssl: { ca },
  })

  describe.each(drivers)('%s', (_, driver) => {
    const gates = ['sequential', 'eager'] as const
    const cases = gates.flatMap((gate) => [true, false].map((pipeline) => ({ gate, pipeline })))

    it.each(cases)('connects: %j', async ({ gate, pipeline }) => {
      const { Pool, Client } = guard({ Client: driver.Client, Pool: driver.Pool }, { gate })
      const good = { ...config(set.root.root), pipeline }
      const pool = new Pool(good)
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, i) => pool.query('select $1::int as i', [i])),
      )
      expect(answers.map(({ rows }) => rows[0].i)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
      await pool.end()
      const client = new Client(good)
      const early = client.query('select 1 as v')
      await client.connect()
      expect((await early).rows).toEqual([{ v: 1 }])
      await client.end()
    })

    it.each(cases)(
      'runs nothing that was queued on a session that is refused: %j',
      async ({ gate, pipeline }) => {
        // pg_stat_ssl is asked and answered; the session is refused for want of channel binding.
        const { Client } = guard(
          { Client: driver.Client, Pool: driver.Pool },
          { gate, channelBinding: 'require' },
        )
        const unbound = {
          ...config(set.root.root),
          pipeline,
          user: 'md5user',
          password: 'md5-secret',
        }
        await server.admin(
          "set password_encryption = 'md5'; drop role if exists md5user; create role md5user login password 'md5-secret'",
        )
        await server.setHba([
          'hostssl all md5user 127.0.0.1/32 md5',
          'hostssl all all 127.0.0.1/32 scram-sha-256',
        ])
        const client = new Client(unbound)
        client.on('error', () => {})
        const before = client
          .query("insert into ran values ('before')")
          .catch((error: unknown) => error)
        const connecting = client.connect().then(
          () => 'connected',
          (error: unknown) => error,
        )
        const during = client
          .query("insert into ran values ('during')")
          .catch((error: unknown) => error)
        const outcomes = await Promise.all([connecting, before, during])
        await client.end()
        for (const outcome of outcomes) expect(outcome).toBeInstanceOf(PolicyError)
        expect(await server.admin('select * from ran', server.database)).toEqual([])
      },
    )

    it('refuses a certificate for localhost only on an IP host', async () => {
      await server.setCertificate(set.certificate('localhost-only'))
      const { Pool } = guard({ Client: driver.Client, Pool: driver.Pool })
      const pool = new Pool(config(set.root.root))
      const error = await pool.query('select 1').catch((reason: unknown) => reason)
      await pool.end()
      await server.setCertificate(set.certificate('good'))
      expect(error).toMatchObject({ violations: [{ rule: 'hostname-not-verified' }] })
    })

    it('refuses an unknown issuer before the startup packet, on an IP host', async () => {
      const { Pool } = guard({ Client: driver.Client, Pool: driver.Pool })
      const pool = new Pool(config(set.rogueRoot.root))
      await expect(pool.query('select 1')).rejects.toMatchObject({
        violations: [{ rule: 'certificate-not-verified' }],
      })
      await pool.end()
    })
  })
})
