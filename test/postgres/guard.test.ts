import { createRequire } from 'node:module'
import {
  events,
  guard,
  PolicyError,
  type PolicyOptions,
  verifySession,
} from '@verify-full/postgres'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import {
  hostile,
  type Pki,
  type PostgresServer,
  pki,
  proxy,
  postgres as start,
} from '../support/index.js'

let server: PostgresServer
let set: Pki
beforeAll(async () => {
  set = await pki()
  server = await start({ settings: { max_connections: 100 } })
})
afterAll(() => server.stop())

const cjs = createRequire(import.meta.url)('postgres') as typeof postgres
const account = () => ({
  host: '127.0.0.1',
  port: server.port,
  user: server.user,
  password: server.password,
  database: server.database,
  onnotice: () => {},
})
const right = () => ({ ...account(), ssl: { ca: set.root.root } })
const url = (query: string, host = '127.0.0.1') =>
  `postgres://${server.user}:${server.password}@${host}:${server.port}/${server.database}${query}`

/** Opens an sql that is closed with the test. */
function open(options: object, policy?: PolicyOptions, driver: typeof postgres = postgres) {
  const sql = guard(driver, policy)(options as postgres.Options<Record<string, never>>)
  onTestFinished(() => sql.end({ timeout: 1 }))
  return sql
}

function watch() {
  const seen: string[] = []
  const onViolation = ({ violations }: { violations: readonly { rule: string }[] }) =>
    seen.push(violations.map(({ rule }) => rule).join())
  events.on('verify-full:violation', onViolation)
  onTestFinished(() => events.off('verify-full:violation', onViolation))
  return seen
}
const outcome = (query: Promise<unknown>): Promise<unknown> =>
  query.then(
    () => 'done',
    (error: unknown) => error,
  )

describe('guard', () => {
  it.each([
    ['ESM', postgres, 'sequential'],
    ['ESM', postgres, 'eager'],
    ['CommonJS', cjs, 'sequential'],
    ['CommonJS', cjs, 'eager'],
  ] as const)(
    'connects, %s: queries, transactions, cursors, notifications (%#)',
    async (_, driver, gate) => {
      const sql = open({ ...right(), max: 3 }, { gate }, driver)
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) => sql`select ${i}::int as i`),
      )
      expect(answers.map(([row]) => row?.i)).toEqual(Array.from({ length: 20 }, (_, i) => i))
      await sql.begin((tx) => [tx`create temp table t (v int)`, tx`insert into t values (1)`])
      const seen: number[] = []
      await sql`select * from generate_series(1, 5) as n`.cursor(2, (rows) => {
        for (const row of rows) seen.push(row.n)
      })
      expect(seen).toEqual([1, 2, 3, 4, 5])
      const heard = new Promise((resolve) =>
        sql.listen('news', resolve, () => sql.notify('news', 'x')),
      )
      expect(await heard).toBe('x')
      const reserved = await sql.reserve()
      expect(await reserved`select 1 as v`).toMatchObject([{ v: 1 }])
      reserved.release()
    },
  )

  it('hands on what the server sends in large pieces', async () => {
    const sql = open(right())
    const [row] = await sql`select repeat('x', 3000000) as v`
    expect(row?.v).toHaveLength(3_000_000)
  })

  it('returns options for a URL, and reads sslrootcert itself', async () => {
    const files = await set.write()
    onTestFinished(() => files[Symbol.asyncDispose]())
    const options = guard(url(`?sslmode=verify-full&sslrootcert=${files.root}`), { max: 2 })
    const sql = postgres(options)
    onTestFinished(() => sql.end())
    expect(await sql`select ssl from pg_stat_ssl where pid = pg_backend_pid()`).toMatchObject([
      { ssl: true },
    ])
    const again = guard(postgres)({ ...options, max: 1 })
    onTestFinished(() => again.end())
    expect(await again`select 1 as v`).toMatchObject([{ v: 1 }])
  })

  it('reports the session', async () => {
    const report = await verifySession(open(right()))
    expect(report).toMatchObject({
      driver: 'postgres',
      violations: [],
      roots: 'option ssl.ca',
      warnings: [{ rule: 'setting-discarded', origin: { key: 'host' } }],
      session: {
        local: { version: 'TLSv1.3', authorized: true, negotiation: 'postgres' },
        server: { ssl: true, version: 'TLSv1.3', sameBackend: true },
      },
    })
    expect(JSON.stringify(report)).not.toContain(server.password)
    const made = postgres(guard(right()))
    onTestFinished(() => made.end())
    expect((await verifySession(made)).session.server?.ssl).toBe(true)
    const naive = postgres(right())
    await expect(verifySession(naive)).rejects.toThrow(TypeError)
    await naive.end()
  })

  it.each([
    ['nothing', () => account(), 'sslmode-missing'],
    ["ssl: 'require'", () => ({ ...account(), ssl: 'require' }), 'sslmode-below-verify-full'],
    [
      'rejectUnauthorized: false',
      () => ({ ...account(), ssl: { rejectUnauthorized: false } }),
      'certificate-not-verified',
    ],
    ['a missing ca', () => ({ ...account(), ssl: { ca: '' } }), 'roots-widened'],
    [
      'checkServerIdentity',
      () => ({ ...account(), ssl: { ca: set.root.root, checkServerIdentity: () => undefined } }),
      'hostname-not-verified',
    ],
    ['a socket', () => ({ ...right(), socket: () => undefined }), 'unobservable-driver'],
    ['an IPv6 host', () => ({ ...right(), host: '::1' }), 'conninfo-misread'],
  ] as const)('refuses %s at once, and at the first query', async (_, config, rule) => {
    const seen = watch()
    const before = await server.connections()
    const options = config() as postgres.Options<Record<string, never>>
    expect(() => guard(postgres)(options)).toThrow(PolicyError)
    expect(() => guard(options)).toThrow(PolicyError)
    expect(seen).toHaveLength(2)
    expect(new Set(seen.flatMap((it) => it.split(',')))).toContain(rule)
    expect(await server.connections()).toBe(before)
  })

  it('refuses URLs without saying what is in them', () => {
    for (const bad of [url('?sslmode=require'), url('').replace('postgres://', ''), url('/x')]) {
      const error = (() => {
        try {
          return guard(postgres)(bad)
        } catch (reason) {
          return reason as PolicyError
        }
      })() as PolicyError
      expect(error).toBeInstanceOf(PolicyError)
      expect(`${error.message}${JSON.stringify(error)}`).not.toContain(server.password)
    }
  })

  it('refuses what was changed after guard()', async () => {
    const ssl: Record<string, unknown> = { ca: set.root.root }
    const sql = open({ ...account(), ssl, max: 1 })
    expect(await sql`select 1 as v`).toMatchObject([{ v: 1 }])
    expect(() => {
      ;(sql.options as { socket?: unknown }).socket = undefined
    }).toThrow(TypeError)
    ssl.rejectUnauthorized = false
    const [{ pid } = { pid: 0 }] = await sql`select pg_backend_pid() as pid`
    await server.admin(`select pg_terminate_backend(${pid})`)
    const refused = { violations: [{ rule: 'certificate-not-verified' }] }
    await expect.poll(() => outcome(sql`select 1`)).toMatchObject(refused)
    expect(await outcome(sql`select 1`)).toMatchObject(refused)
  })

  it('is the only one who verifies IP hosts as such', async () => {
    await using odd = await start({ certificate: set.certificate('localhost-only') })
    const config = { ...right(), port: odd.port, max: 1 }
    const naive = postgres(config)
    expect(await naive`select 1 as v`).toMatchObject([{ v: 1 }])
    await naive.end()
    const refused = await outcome(open(config)`select 1`)
    expect(refused).toMatchObject({ violations: [{ rule: 'hostname-not-verified' }] })
  })

  it('dials hostaddr and verifies host', async () => {
    const config = { ...right(), host: 'db.example.com', hostaddr: '127.0.0.1' }
    expect((await verifySession(open(config))).session.endpoint).toMatchObject({
      host: 'db.example.com',
      hostaddr: '127.0.0.1',
    })
    const other = await outcome(open({ ...config, host: 'other.example.com' })`select 1`)
    expect(other).toMatchObject({ violations: [{ rule: 'hostname-not-verified' }] })
  })

  it('accepts a unix socket by default and refuses it by policy', async () => {
    const socket = { host: server.socketDir, port: server.port, user: 'postgres', db: 'postgres' }
    expect(await open(socket)`select 1 as v`).toMatchObject([{ v: 1 }])
    expect(() => guard(postgres, { local: 'refuse' })(socket)).toThrow(PolicyError)
  })

  it('cancels a query through TLS', async () => {
    const sql = open(right())
    const query = sql`select pg_sleep(20)`
    const failed = outcome(query)
    await expect.poll(() => (query as unknown as { active?: boolean }).active).toBe(true)
    await expect
      .poll(
        async () =>
          (
            await server.admin(
              "select 1 from pg_stat_activity where query like '%sleep(20)%' and pid <> pg_backend_pid()",
            )
          ).length,
      )
      .toBe(1)
    query.cancel()
    expect(await failed).toMatchObject({ code: '57014' })
  })

  it('checks the connection that replaces a killed one', async () => {
    let sessions = 0
    const count = () => {
      sessions += 1
    }
    events.on('verify-full:session', count)
    onTestFinished(() => events.off('verify-full:session', count))
    const sql = open({ ...right(), max: 1 })
    const [{ pid } = { pid: 0 }] = await sql`select pg_backend_pid() as pid`
    expect(sessions).toBe(1)
    await server.admin(`select pg_terminate_backend(${pid})`)
    await expect.poll(() => outcome(sql`select 1`)).toBe('done')
    expect(sessions).toBe(2)
  })

  it('passes failures that are not ours through unchanged', async () => {
    const seen = watch()
    const wrong = open({ ...right(), password: 'wrong-password' })
    expect(await outcome(wrong`select 1`)).toMatchObject({ code: '28P01' })
    const closed = open({ ...right(), port: 1 })
    expect(await outcome(closed`select 1`)).toMatchObject({ code: 'ECONNREFUSED' })
    expect(seen).toEqual([])
  })

  it('goes on after a refusal, and 30 refusals at once do not loop', async () => {
    await using plain = await start({ ssl: false })
    const seen = watch()
    const sql = open({ ...right(), port: plain.port, max: 5 })
    const refused = await Promise.all(Array.from({ length: 30 }, () => outcome(sql`select 1`)))
    for (const error of refused) {
      expect(error).toMatchObject({ violations: [{ rule: 'server-ssl-off' }] })
    }
    expect(seen).toHaveLength(30)
    await plain.setCertificate(set.certificate('good'))
    await plain.setSettings({ ssl: 'on' })
    expect(await sql`select 1 as v`).toMatchObject([{ v: 1 }])
  })

  it('reports without refusing under reportOnly, and leaves the wire as it was', async () => {
    const seen = watch()
    await using plain = await start({
      ssl: false,
      hba: ['host all all 127.0.0.1/32 scram-sha-256'],
    })
    for (const [ssl, port] of [
      ['require', server.port],
      ['prefer', plain.port],
      [false, plain.port],
    ] as const) {
      const sql = open({ ...account(), port, ssl }, { reportOnly: true })
      expect(await sql`select 1 as v`).toMatchObject([{ v: 1 }])
    }
    expect(seen.length).toBeGreaterThanOrEqual(3)
  })

  it('dials nothing any more when sql.end() has resolved', async () => {
    await using link = await proxy(server, { toClient: 50 })
    const seen: unknown[] = []
    const push = (report: unknown) => seen.push(report)
    events.on('verify-full:session', push)
    onTestFinished(() => events.off('verify-full:session', push))
    const sql = open({ ...right(), port: link.port, max: 2 })
    const pending = [outcome(sql`select 1`), outcome(sql`select 2`)]
    await expect.poll(() => link.connections).toBe(2)
    await sql.end({ timeout: 0 })
    for (const error of await Promise.all(pending)) {
      expect(error).toMatchObject({ code: 'CONNECTION_DESTROYED' })
    }
    await expect.poll(() => server.connections()).toBe(0)
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect([await server.connections(), seen.length, link.connections]).toEqual([0, 0, 2])
  })

  it('verifySession() outlives a server that stops answering', async () => {
    await using link = await proxy(server)
    const sql = open({ ...right(), port: link.port })
    events.once('verify-full:session', () =>
      link.setLatency({ toServer: 60_000, toClient: 60_000 }),
    )
    expect(await verifySession(sql)).toMatchObject({ violations: [] })
  })

  it('does not fall back to a plaintext that only the mode is waived for', async () => {
    await using plain = await hostile({ answer: 'refuse' })
    const waived = ['sslmode-below-verify-full', 'plaintext-allowed'] as const
    const dangerouslyAllow = waived.map((rule) => ({
      rule,
      host: '127.0.0.1',
      reason: 'a test',
      until: '2999-01-01',
    }))
    const sql = open({ ...account(), port: plain.port, ssl: 'prefer' }, { dangerouslyAllow })
    expect(await outcome(sql`select 1`)).toMatchObject({
      violations: [{ rule: 'session-not-ssl' }],
    })
    await plain.settled()
    expect(plain.connections.map(({ raw }) => raw.length)).toEqual([0])
  })

  it('requires channel binding, which postgres.js does not have, before the password is sent', async () => {
    await using odd = await hostile({
      tls: { certificate: set.certificate('good') },
      authentication: 'cleartext',
    })
    const sql = open({ ...right(), port: odd.port }, { channelBinding: 'require' })
    expect(await outcome(sql`select 1`)).toMatchObject({
      violations: [{ rule: 'channel-binding-missing' }],
    })
    await odd.settled()
    expect(odd.connections.flatMap(({ passwords }) => passwords)).toEqual([])
  })

  it('is a TypeError for misuse, and idempotent', () => {
    expect(() => guard(5 as never)).toThrow(TypeError)
    expect(() => guard(postgres, { minimun: 'x' } as never)).toThrow(TypeError)
    const once = guard(postgres)
    expect(guard(once)).toBe(once)
    expect(once.BigInt).toBe(postgres.BigInt)
  })
})

describe('several hosts', () => {
  const list = (ports: readonly number[], more: object = {}) => ({
    ...right(),
    host: ports.map(() => '127.0.0.1'),
    port: [...ports],
    max: 1,
    ...more,
  })

  it('takes the first that may be connected to', async () => {
    const seen = watch()
    await using rogue = await hostile({ tls: { certificate: set.certificate('rogue') } })
    expect(await open(list([1, rogue.port, server.port]))`select 1 as v`).toMatchObject([{ v: 1 }])
    expect(seen).toEqual(['certificate-not-verified'])
    expect(rogue.connections[0]?.secure.length).toBe(0)
  })

  it('reports the refusal where none may', async () => {
    await using rogue = await hostile({ tls: { certificate: set.certificate('rogue') } })
    const error = await outcome(open(list([1, rogue.port]))`select 1`)
    expect(error).toMatchObject({ violations: [{ rule: 'certificate-not-verified' }] })
  })

  it('goes on to the next where target_session_attrs does not fit', async () => {
    await using reader = await start({ settings: { default_transaction_read_only: 'on' } })
    const sql = open(list([reader.port, server.port], { target_session_attrs: 'read-write' }))
    const [row] = await sql`select current_setting('port')::int as port`
    expect(row?.port).toBe(server.port)
  })
})
