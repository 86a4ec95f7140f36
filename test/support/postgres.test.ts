import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pki } from './pki.js'
import { type PostgresServer, postgres } from './postgres.js'

const set = await pki()

const connect = async (server: PostgresServer, ca: string = set.root.root): Promise<pg.Client> => {
  const { host, port, user, password, database } = server
  const client = new pg.Client({
    host,
    port,
    user,
    password,
    database,
    ssl: { ca, rejectUnauthorized: true },
  })
  client.on('error', () => {})
  await client.connect()
  return client
}

describe('a server', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await postgres()
  })
  afterAll(() => server.stop())

  test('speaks TLS with the good certificate, to pg', async () => {
    const client = await connect(server)
    const { rows } = await client.query(
      'select ssl, version from pg_stat_ssl where pid = pg_backend_pid()',
    )
    expect(rows).toEqual([{ ssl: true, version: 'TLSv1.3' }])
    expect(await server.connections()).toBe(1)
    await client.end()
    await expect(connect(server, set.rogueRoot.root)).rejects.toThrow(/certificate/)
  })

  const psql = spawnSync('psql', ['--version']).status === 0
  if (!psql) console.warn('PSQL IS NOT ON PATH: the server is NOT checked with libpq')
  test.skipIf(!psql)('speaks TLS with the good certificate, to psql', async () => {
    await using files = await set.write()
    const env = { ...process.env, PGPASSWORD: server.password }
    const ask = (root: string): ReturnType<typeof spawnSync> =>
      spawnSync(
        'psql',
        [
          `host=localhost port=${server.port} user=app dbname=app sslmode=verify-full sslrootcert=${root}`,
          '-Atc',
          'select ssl from pg_stat_ssl where pid = pg_backend_pid()',
        ],
        { env, encoding: 'utf8' },
      )
    expect(ask(files.root).stdout).toBe('t\n')
    expect(ask(files.rogueRoot).stderr).toMatch(/certificate verify failed/)
  })

  test('requires the password, and TLS', async () => {
    const wrong = { ...server, password: 'wrong' }
    await expect(connect(wrong)).rejects.toThrow(/password authentication failed/)
    const plain = new pg.Client({ ...address(server), ssl: false })
    plain.on('error', () => {})
    await expect(plain.connect()).rejects.toThrow(/no pg_hba.conf entry/)
  })

  test('reloads pg_hba.conf, settings and the certificate', async () => {
    await server.setHba(['host all all 127.0.0.1/32 scram-sha-256'])
    const plain = new pg.Client({ ...address(server), ssl: false })
    await plain.connect()
    await plain.end()
    await server.setSettings({ ssl_max_protocol_version: 'TLSv1.2' })
    const client = await connect(server)
    const { rows } = await client.query(
      'select version from pg_stat_ssl where pid = pg_backend_pid()',
    )
    await client.end()
    expect(rows).toEqual([{ version: 'TLSv1.2' }])
    await server.setCertificate(set.certificate('rogue'))
    await expect(connect(server)).rejects.toThrow(/certificate/)
    await (await connect(server, set.rogueRoot.root)).end()
  })

  test('says what the server refused to reload', async () => {
    await expect(server.setHba(['nonsense'])).rejects.toThrow(/nonsense/)
    await server.setHba(['hostssl all all 127.0.0.1/32 scram-sha-256'])
    await expect(server.setSettings({ ssl_min_protocol_version: 'x' })).rejects.toThrow(/"x"/)
    await server.setSettings({ ssl_min_protocol_version: 'TLSv1.2' })
  })
})

const address = (server: PostgresServer): pg.ClientConfig => ({
  host: server.host,
  port: server.port,
  user: server.user,
  password: server.password,
  database: server.database,
})

test('two servers run side by side, with other roles, and without TLS', async () => {
  await using one = await postgres({ user: "o'brien", password: 'p"w' })
  await using two = await postgres({ ssl: false })
  expect(one.port).not.toBe(two.port)
  await (await connect(one)).end()
  await expect(connect(two)).rejects.toThrow(/does not support SSL/)
})

test('start is fast once there is a template, and nothing is left behind', async () => {
  const began = performance.now()
  const server = await postgres()
  const took = performance.now() - began
  console.log(`postgres() took ${took.toFixed(0)} ms`)
  const [row] = await server.admin('select pg_backend_pid() as pid')
  await server.stop()
  expect(existsSync(server.socketDir)).toBe(false)
  expect(() => process.kill(Number(row?.pid), 0)).toThrow(/ESRCH/)
  expect(took).toBeLessThan(5000)
})

test('the end of the process takes the server and its files with it', async () => {
  const before = process.listeners('exit')
  const server = await postgres()
  const [row] = await server.admin('select pg_backend_pid() as pid')
  const added = process.listeners('exit').filter((listener) => !before.includes(listener))
  expect(added).toHaveLength(1)
  for (const listener of added) listener.call(process, 0)
  expect(existsSync(server.socketDir)).toBe(false)
  await server.stop()
  expect(() => process.kill(Number(row?.pid), 0)).toThrow(/ESRCH/)
})

test('a version that is not installed is a clear error', async () => {
  await expect(postgres({ version: 11 })).rejects.toThrow(
    /PostgreSQL 11 (is not installed|was asked for)/,
  )
})
