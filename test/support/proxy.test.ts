import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pgbouncer, pgbouncerAvailable } from './pgbouncer.js'
import { pki } from './pki.js'
import { type PostgresServer, postgres } from './postgres.js'
import { proxy } from './proxy.js'
import { terminator } from './terminator.js'

const set = await pki()
const ASK = 'select ssl, version from pg_stat_ssl where pid = pg_backend_pid()'
let server: PostgresServer
beforeAll(async () => {
  server = await postgres({ hba: ['host all all 127.0.0.1/32 scram-sha-256'] })
})
afterAll(() => server.stop())

const connect = async (port: number): Promise<pg.Client> => {
  const { user, password, database } = server
  const ssl = { ca: set.root.root }
  const client = new pg.Client({ host: 'localhost', port, user, password, database, ssl })
  client.on('error', () => {})
  await client.connect()
  return client
}

const session = async (port: number): Promise<[string | null, unknown]> => {
  const client = await connect(port)
  const { rows } = await client.query(ASK)
  const { stream } = (client as unknown as { connection: { stream: import('node:tls').TLSSocket } })
    .connection
  const local = stream.getProtocol()
  await client.end()
  return [local, rows[0]]
}

describe('proxy', () => {
  test('counts connections and round trips', async () => {
    await using link = await proxy(server)
    const client = await connect(link.port)
    expect(link.connections).toBe(1)
    const before = link.roundTrips
    expect(before).toBeGreaterThanOrEqual(5) // SSLRequest, ClientHello, startup, SASL twice
    await client.query('select 1')
    await client.query('select 1')
    expect(link.roundTrips).toBe(before + 2)
    link.reset()
    expect([link.connections, link.roundTrips]).toEqual([0, 0])
    await client.end()
  })

  test('delays each direction, in order', async () => {
    await using link = await proxy(server)
    const client = await connect(link.port)
    link.setLatency({ toServer: 40, toClient: 40 })
    const began = performance.now()
    const { rows } = await client.query('select repeat(i::text, 9) from generate_series(1, 9999) i')
    expect(performance.now() - began).toBeGreaterThan(75)
    expect(rows).toHaveLength(9999)
    await client.end()
  })

  test('cuts connections, and accepts new ones', async () => {
    await using link = await proxy(server)
    const client = await connect(link.port)
    const ended = new Promise((resolve) => client.once('end', resolve))
    link.cut()
    await ended
    await (await connect(link.port)).end()
    expect(link.connections).toBe(2)
  })
})

describe('terminator', () => {
  const certificate = set.certificate('good')
  test('talks plaintext to the server', async () => {
    await using front = await terminator(server, { certificate, maxVersion: 'TLSv1.2' })
    expect(await session(front.port)).toEqual(['TLSv1.2', { ssl: false, version: null }])
  })

  test('encrypts anew, with other versions', async () => {
    await using front = await terminator(server, {
      certificate,
      upstream: 'tls',
      upstreamMaxVersion: 'TLSv1.2',
    })
    expect(await session(front.port)).toEqual(['TLSv1.3', { ssl: true, version: 'TLSv1.2' }])
  })
})

const bouncer = pgbouncerAvailable()
if (!bouncer) console.warn('PGBOUNCER IS NOT ON PATH: nothing is tested through it')
describe.skipIf(!bouncer)(bouncer ? 'PgBouncer' : 'NOT TESTED: PgBouncer is not on PATH', () => {
  const certificate = set.certificate('good')
  test.each([
    ['disable', { ssl: false, version: null }],
    ['require', { ssl: true, version: 'TLSv1.3' }],
    ['verify-full', { ssl: true, version: 'TLSv1.3' }],
  ] as const)('server_tls_sslmode = %s', async (serverTls, expected) => {
    const options = { server, certificate, serverTls, serverCa: set.root.root }
    await using pool = await pgbouncer(options)
    expect((await session(pool.port))[1]).toEqual(expected)
  })
})
