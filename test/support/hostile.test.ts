import * as tls from 'node:tls'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { hostile, type PgStatSslRow } from './hostile.js'
import { hostileBehaviours } from './hostile-scripts.js'
import { pki } from './pki.js'
import { backend, frontendSplitter, SSL_REQUEST } from './protocol.js'

const set = await pki()
const ASK = `select s.ssl, s.version, s.cipher as "cipher", s.bits::int, pg_catalog.pg_backend_pid()
  from pg_catalog.pg_stat_ssl s where s.pid = pg_catalog.pg_backend_pid()`

/** What pg, set up as verify-full, says of a server: rows, or the error. */
const dial = async (
  port: number,
  query = ASK,
  more: pg.ClientConfig = {},
): Promise<{ rows?: unknown[]; error?: Error }> => {
  const client = new pg.Client({
    host: 'localhost',
    port,
    user: 'app',
    password: 'hunter2',
    database: 'app',
    ssl: { ca: set.root.root },
    connectionTimeoutMillis: 400,
    query_timeout: 400,
    ...more,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    return { rows: (await client.query(query)).rows }
  } catch (error) {
    return { error: error as Error }
  } finally {
    // Not end(): it waits for a server that may never answer.
    ;(
      client as unknown as { connection: { stream: { destroy(): void } } }
    ).connection.stream.destroy()
  }
}

/** A scripted row as pg returns it for ASK. */
const typed = ({ pid: _, ...row }: PgStatSslRow): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      if (name === 'ssl') return [name, value === 't']
      return [name, name === 'bits' ? Number(value) : value]
    }),
  )

const direct = { sslnegotiation: 'direct' } as pg.ClientConfig

describe('pg as verify-full client', () => {
  const rows = hostileBehaviours(set).filter(({ refusedAt }) => refusedAt !== 'session')
  test.each(rows.filter((row) => !row.direct))('$name: refused, no byte leaks', async (row) => {
    await using server = await hostile(row.script)
    const { error } = await dial(server.port)
    expect(error).toBeInstanceOf(Error)
    await server.settled()
    const [record] = server.connections
    expect(record).toMatchObject({ sslRequest: true, destroyed: true, passwords: [], queries: [] })
    expect(record?.raw.length).toBe(0)
    if (row.refusedAt !== 'authentication') expect(record?.secure.length).toBe(0)
    else expect(record?.messages).toEqual(['StartupMessage'])
  })

  test.each(rows.filter((row) => row.direct))('$name: the handshake is seen', async (row) => {
    await using server = await hostile(row.script)
    await dial(server.port, ASK, direct)
    await server.settled()
    // pg does not look at the answer of ALPN; no common protocol is an alert of the server's OpenSSL.
    const [record] = server.connections
    expect(record).toMatchObject({ sslRequest: false, tls: row.script.tls?.alpn === undefined })
  })

  test.each(hostileBehaviours(set).filter(({ refusedAt }) => refusedAt === 'session'))(
    '$name: the query is answered as scripted',
    async (row) => {
      await using server = await hostile(row.script)
      const { rows: answered, error } = await dial(server.port)
      const { pgStatSsl } = row.script
      if (typeof pgStatSsl === 'object') expect(answered).toMatchObject([typed(pgStatSsl)])
      else if (pgStatSsl === 'no-rows') expect(answered).toEqual([])
      else expect(error).toBeInstanceOf(Error)
      expect(server.connections[0]?.queries).toEqual([ASK])
    },
  )
})

test('records the password of a client that does not verify', async () => {
  await using server = await hostile({
    authentication: 'cleartext',
    tls: { certificate: set.certificate('rogue') },
  })
  await dial(server.port, 'select 1', { ssl: { rejectUnauthorized: false } })
  const [record] = server.connections
  expect(record).toMatchObject({ tls: true, protocol: 'TLSv1.3', servername: 'localhost' })
  expect(record?.passwords.map(String)).toEqual(['hunter2\0'])
  expect(record?.secure.includes('hunter2')).toBe(true)
  expect(record?.raw.length).toBe(0)
})

test('records what a client says in plaintext', async () => {
  await using server = await hostile({ answer: 'refuse', authentication: 'md5' })
  const { rows } = await dial(server.port, ASK, { ssl: false })
  expect(rows).toMatchObject([{ ssl: false, version: null }])
  const [record] = server.connections
  expect(record).toMatchObject({ sslRequest: false, tls: false })
  expect(record?.raw.includes('app')).toBe(true)
  expect(record?.passwords.map(String)[0]).toMatch(/^md5/)
})

test('accepts SASL without proof, and serves the extended protocol', async () => {
  await using server = await hostile({
    authentication: 'sasl-unproven',
    tls: { certificate: set.certificate('good') },
  })
  const client = new pg.Client({
    host: 'localhost',
    port: server.port,
    user: 'app',
    password: 'p',
    ssl: { ca: set.root.root },
  })
  client.on('error', () => {})
  await client.connect()
  const { rows } = await client.query(ASK.replace('where', 'where $1 = $1 and'), [1])
  expect(rows).toMatchObject([{ ssl: true, version: 'TLSv1.3', pg_backend_pid: '4711' }])
  await client.end()
})

test('changes its certificate from connection to connection', async () => {
  await using server = await hostile({
    tls: { certificate: (index) => set.certificate(index === 0 ? 'good' : 'rogue') },
  })
  expect((await dial(server.port)).rows).toHaveLength(1)
  expect((await dial(server.port)).error?.message).toMatch(/certificate|self.signed/)
  await server.settled(2)
  expect(server.connections.map(({ secure }) => secure.length > 0)).toEqual([true, false])
})

test.each(['TLSv1', 'TLSv1.1'] as const)(
  '%s is spoken to a client that allows it',
  async (version) => {
    const found = hostileBehaviours(set).find(({ script }) => script.tls?.maxVersion === version)
    await using server = await hostile({ ...found?.script, answer: 'direct' })
    const socket = tls.connect({
      port: server.port,
      host: '127.0.0.1',
      ca: set.root.root,
      minVersion: version,
      ciphers: 'DEFAULT:@SECLEVEL=0',
    })
    await new Promise((resolve) => socket.once('secureConnect', resolve))
    expect(socket.getProtocol()).toBe(version)
    socket.destroy()
  },
)

test('the splitter takes messages apart wherever the chunks end', () => {
  const startup = Buffer.from('\0\0\0\x10\0\x03\0\0user\0a\0\0', 'latin1')
  const bytes = Buffer.concat([SSL_REQUEST, startup, backend.readyForQuery(), Buffer.from('Q')])
  const split = frontendSplitter()
  const types = [...bytes].flatMap((byte) => split.push(Buffer.of(byte)).map(({ type }) => type))
  expect(types).toEqual(['SSLRequest', 'StartupMessage', 'Z'])
  expect(split.rest().toString()).toBe('Q')
})
