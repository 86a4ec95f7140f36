import { once } from 'node:events'
import { Readable, Writable } from 'node:stream'
import { pipeline as pipe } from 'node:stream/promises'
import {
  type Events,
  events,
  Client as GuardedClient,
  Pool as GuardedPool,
  guard,
  PolicyError,
  type PolicyOptions,
  verifySession,
} from '@verify-full/pg'
import pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import Cursor from 'pg-cursor'
import QueryStream from 'pg-query-stream'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  type CertificateKind,
  type Pki,
  type PkiFiles,
  type PostgresServer,
  pki,
  postgres,
} from '../support/index.js'

const HBA = [
  'hostnossl all app 127.0.0.1/32 scram-sha-256',
  'hostnossl all app ::1/128 scram-sha-256',
  'hostssl postgres app 127.0.0.1/32 cert',
  'hostssl all app 127.0.0.1/32 scram-sha-256',
  'hostssl all app ::1/128 scram-sha-256',
]

let server: PostgresServer
let rogue: PostgresServer
let set: Pki
let files: PkiFiles
const unhandled: unknown[] = []
const onUnhandled = (error: unknown) => unhandled.push(error)

beforeAll(async () => {
  process.on('unhandledRejection', onUnhandled)
  process.on('uncaughtException', onUnhandled)
  set = await pki()
  files = await set.write()
  ;[server, rogue] = await Promise.all([
    postgres({ hba: HBA }),
    postgres({ certificate: set.certificate('rogue') }),
  ])
})

afterAll(async () => {
  await Promise.all([server?.stop(), rogue?.stop(), files?.[Symbol.asyncDispose]()])
  // A rejection nobody handled is announced after the microtasks of its turn.
  await new Promise((resolve) => setTimeout(resolve, 50))
  process.off('unhandledRejection', onUnhandled)
  process.off('uncaughtException', onUnhandled)
  expect(unhandled).toEqual([])
})

const account = () => ({
  host: '127.0.0.1',
  port: server.port,
  user: server.user,
  password: server.password,
  database: server.database,
  connectionTimeoutMillis: 5000,
})
const right = () => ({ ...account(), ssl: { ca: set.root.root } })

async function connected(more: object = {}, policy?: PolicyOptions): Promise<pg.Client> {
  const client = guard(new pg.Client({ ...right(), ...more }), policy)
  await client.connect()
  onTestFinished(() => client.end())
  return client
}

const poolOf = (more: object = {}, policy?: PolicyOptions): pg.Pool =>
  tended(guard(new pg.Pool({ ...right(), ...more }), policy))

/** Ends the pool after the test. Any error that it announces by itself fails the file. */
function tended(pool: pg.Pool): pg.Pool {
  // pg-pool's end() does not wait for its connections: a server that stops then is still heard.
  pool.on('error', (error: Error & { code?: string }) => {
    if (error.code !== '57P01') unhandled.push(error)
  })
  onTestFinished(() => (pool.ended ? undefined : pool.end()))
  return pool
}

/** Another certificate of the second server for this test. */
async function present(kind: CertificateKind): Promise<void> {
  onTestFinished(() => rogue.setCertificate(set.certificate('rogue')))
  await rogue.setCertificate(set.certificate(kind))
}

function watch<K extends keyof Events>(name: K): Events[K][] {
  const seen: Events[K][] = []
  const listener = (payload: Events[K]) => seen.push(payload)
  events.on(name, listener)
  onTestFinished(() => events.off(name, listener))
  return seen
}

const refusal = async (promise: Promise<unknown>): Promise<PolicyError> => {
  const error = await promise.then(
    () => 'not refused',
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(PolicyError)
  return error as PolicyError
}
const rulesOf = ({ violations }: PolicyError) => violations.map(({ rule }) => rule)

describe('what is built on pg works on a guarded client', () => {
  it('pg-cursor', async () => {
    const client = await connected()
    const cursor = client.query(new Cursor('select * from generate_series(1, 25) as i'))
    const sizes: number[] = []
    for (let rows = await cursor.read(10); rows.length > 0; rows = await cursor.read(10)) {
      sizes.push(rows.length)
    }
    await cursor.close()
    expect(sizes).toEqual([10, 10, 5])
    expect((await client.query('select 1 as v')).rows).toEqual([{ v: 1 }])
  })

  it('pg-query-stream, queued before connect()', async () => {
    const client = guard(new pg.Client(right()))
    const stream = client.query(
      new QueryStream('select i from generate_series(1, $1::int) as i', [300], { batchSize: 50 }),
    )
    await client.connect()
    let sum = 0
    for await (const { i } of stream) sum += i
    expect(sum).toBe(45150)
    await client.end()
  })

  it('pg-copy-streams, in and out', async () => {
    const client = await connected()
    await client.query('create temp table copied (id int, name text)')
    const lines = Array.from({ length: 2000 }, (_, i) => `${i}\tname ${i}\n`)
    await pipe(Readable.from(lines), client.query(copyFrom('copy copied from stdin')))
    let out = ''
    const sink = new Writable({
      write(chunk, _, done) {
        out += chunk
        done()
      },
    })
    await pipe(client.query(copyTo('copy copied to stdout')), sink)
    expect(out).toBe(lines.join(''))
  })

  it('LISTEN and NOTIFY', async () => {
    const listener = await connected()
    await listener.query('listen news')
    const notified = once(listener, 'notification')
    await poolOf().query("notify news, 'hello'")
    expect((await notified)[0]).toMatchObject({ channel: 'news', payload: 'hello' })
  })

  it('pipeline: true with 50 queries, one of them failing', async () => {
    const client = await connected({ pipeline: true })
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        client.query(i === 25 ? 'select 1/0' : `select ${i} as i`).then(
          ({ rows }) => rows[0].i,
          ({ code }) => code,
        ),
      ),
    )
    expect(outcomes).toEqual(Array.from({ length: 50 }, (_, i) => (i === 25 ? '22012' : i)))
  })

  it.each(['sequential', 'eager'] as const)(
    'a password function, called once TLS is verified, gate %s',
    async (gate) => {
      let asked = 0
      const password = async () => {
        asked++
        return server.password
      }
      expect((await poolOf({ password }, { gate }).query('select 1 as v')).rows).toEqual([{ v: 1 }])
      expect(asked).toBe(1)
      const error = await refusal(
        poolOf({ password, port: rogue.port }, { gate }).query('select 1'),
      )
      expect(rulesOf(error)).toEqual(['certificate-not-verified'])
      expect(asked).toBe(1)
    },
  )

  it.each([true, false])('enableChannelBinding: %s', async (enableChannelBinding) => {
    const { session } = await verifySession(poolOf({ enableChannelBinding }))
    expect(session.channelBinding).toBe(enableChannelBinding)
  })

  it('sslnegotiation direct, as an option and in the string', async () => {
    const { user, password, port, database } = server
    const string = `postgres://${user}:${password}@127.0.0.1:${port}/${database}?sslmode=verify-full&sslnegotiation=direct&sslrootcert=${files.root}`
    for (const pool of [
      poolOf({ sslnegotiation: 'direct' }),
      tended(guard(new pg.Pool({ connectionString: string }))),
    ]) {
      const { session } = await verifySession(pool)
      expect(session.local).toMatchObject({ negotiation: 'direct', authorized: true })
      expect(session.server).toMatchObject({ ssl: true, sameBackend: true })
    }
    const { session } = await verifySession(poolOf())
    expect(session.local?.negotiation).toBe('postgres')
  })

  it('ssl.key, which pg and pg-pool make non-enumerable', async () => {
    const { chain, key } = set.certificate('client')
    const config = {
      ...account(),
      database: 'postgres',
      password: undefined,
      ssl: { ca: set.root.root, cert: chain, key },
    }
    // The second one gets an object whose key is hidden already.
    for (const pool of [
      guard(new pg.Pool(config)),
      new pg.Pool(guard(config)),
      guard(new pg.Pool(config)),
    ]) {
      expect((await pool.query('select current_user as u')).rows).toEqual([{ u: 'app' }])
      await pool.end()
    }
    expect(Object.keys(config.ssl)).not.toContain('key')
    expect(config.ssl.key).toBe(key)
  })
})

describe('the ready-made Client and Pool', () => {
  const variables = () => ({
    PGHOST: '127.0.0.1',
    PGPORT: String(server.port),
    PGUSER: server.user,
    PGPASSWORD: server.password,
    PGDATABASE: server.database,
    PGSSLMODE: 'verify-full',
    PGSSLROOTCERT: files.root,
  })
  const setEnv = (more: Record<string, string>) => {
    for (const [name, value] of Object.entries(more)) vi.stubEnv(name, value)
    onTestFinished(() => {
      vi.unstubAllEnvs()
    })
  }

  it('are driven by PG* alone, PGSSLROOTCERT included, which pg ignores', async () => {
    setEnv(variables())
    const pool = new GuardedPool()
    const report = await verifySession(pool)
    await pool.end()
    expect(report.roots).toBe(files.root)
    expect(report.warnings).toMatchObject([
      { rule: 'setting-discarded', origin: { via: 'env', key: 'PGSSLROOTCERT' } },
    ])
    const client = new GuardedClient()
    await client.connect()
    expect((await client.query('select 1 as v')).rows).toEqual([{ v: 1 }])
    expect((await verifySession(client)).roots).toBe(files.root)
    await client.end()
  })

  it('refuse the same environment with the wrong root, and a weaker one', async () => {
    setEnv({ ...variables(), PGSSLROOTCERT: files.rogueRoot })
    const client = new GuardedClient()
    const { violations } = await refusal(client.connect())
    expect(violations.map(({ rule }) => rule)).toEqual(['certificate-not-verified'])
    // Whoever mends it has to know which of all places the roots came from.
    expect(violations[0]?.actual).toContain(`not among the trusted roots: ${files.rogueRoot}`)
    setEnv({ PGSSLMODE: 'require' })
    expect(() => new GuardedPool()).toThrow(PolicyError)
    const weaker = new GuardedClient()
    expect(rulesOf(await refusal(weaker.connect()))).toEqual(['sslmode-below-verify-full'])
  })
})

describe('a pool', () => {
  it('runs its onConnect and verify hooks on the verified connection only', async () => {
    const ran: string[] = []
    const hooks = {
      async onConnect(client: pg.ClientBase) {
        ran.push('onConnect')
        await client.query("set application_name = 'hooked'")
      },
      verify(client: pg.PoolClient, done: (error?: Error) => void) {
        ran.push('verify')
        client.query('select 1').then(() => done(), done)
      },
    }
    const pool = poolOf(hooks)
    expect((await pool.query('show application_name')).rows).toEqual([
      { application_name: 'hooked' },
    ])
    expect(ran).toEqual(['onConnect', 'verify'])
    await refusal(poolOf({ ...hooks, port: rogue.port }).query('select 1'))
    expect(ran).toEqual(['onConnect', 'verify'])
  })

  it('passes on what pg_hba.conf refuses, and recovers', async () => {
    const pool = poolOf()
    await server.setHba(['hostssl all app 127.0.0.1/32 reject'])
    try {
      await expect(pool.query('select 1')).rejects.toMatchObject({ code: '28000' })
    } finally {
      await server.setHba(HBA)
    }
    expect((await pool.query('select 1 as v')).rows).toEqual([{ v: 1 }])
  })

  it('settles 30 parallel refusals alike and leaks nothing in pipeline mode', async () => {
    const violations = watch('verify-full:violation')
    const pool = poolOf({ port: rogue.port, max: 5, pipeline: true })
    const start = performance.now()
    const errors = await Promise.all(
      Array.from({ length: 30 }, () => refusal(pool.query('select 1'))),
    )
    expect(performance.now() - start).toBeLessThan(5000)
    expect(new Set(errors.map((error) => `${error.code} ${rulesOf(error)}`))).toEqual(
      new Set(['ERR_VERIFY_FULL_SESSION certificate-not-verified']),
    )
    expect(violations).toHaveLength(30)
    expect([pool.totalCount, pool.idleCount, pool.waitingCount]).toEqual([0, 0, 0])
  })
})

describe('events', () => {
  it('announce a certificate that expires soon, once per connection', async () => {
    await present('soon-expiring')
    const expiring = watch('verify-full:certificate-expiring')
    const { warnings, violations, certificateDaysLeft } = await verifySession(
      poolOf({ port: rogue.port }, { certificateExpiryDays: 11 }),
    )
    expect(violations).toEqual([])
    expect(warnings).toMatchObject([{ rule: 'certificate-expiring', written: '9' }])
    expect(certificateDaysLeft).toBe(9)
    expect(expiring).toMatchObject([{ driver: 'pg', daysLeft: 9, endpoint: { port: rogue.port } }])
    const calm = await verifySession(poolOf({ port: rogue.port }, { certificateExpiryDays: 9 }))
    expect(calm.warnings).toEqual([])
    expect(expiring).toHaveLength(1)
  })
})

describe('policy', () => {
  it('dangerouslyAllow lets exactly that host through, and says so', async () => {
    const waived = watch('verify-full:waived')
    const policy: PolicyOptions = {
      dangerouslyAllow: [
        {
          rule: 'certificate-not-verified',
          host: '127.0.0.1',
          reason: 'moves in spring',
          until: new Date(Date.now() + 60_000),
        },
      ],
    }
    const blind = { port: rogue.port, ssl: { rejectUnauthorized: false } }
    const report = await verifySession(poolOf(blind, policy))
    expect(report.session.server).toMatchObject({ ssl: true })
    expect(report.waived).toMatchObject([{ reason: 'moves in spring' }])
    expect(waived).toMatchObject([
      {
        driver: 'pg',
        endpoint: { host: '127.0.0.1', port: rogue.port },
        violation: { rule: 'certificate-not-verified' },
        reason: 'moves in spring',
      },
    ])
    expect(() => poolOf({ ...blind, host: 'localhost' }, policy)).toThrow(PolicyError)
    // Another rule for the same host is not waived.
    expect(() => poolOf({ ...blind, ssl: false }, policy)).toThrow(PolicyError)
  })

  it('dangerouslyAllow opens nothing that Node itself refuses, whichever way it fails', async () => {
    await present('expired')
    const policy = (rule: 'certificate-expired' | 'certificate-not-verified') => ({
      dangerouslyAllow: [{ rule, host: '127.0.0.1', reason: 'test', until: '2999-01-01' }],
    })
    const sessions = watch('verify-full:session')
    for (const ca of [set.root.root, set.rogueRoot.root]) {
      for (const rule of ['certificate-expired', 'certificate-not-verified'] as const) {
        const pool = poolOf({ port: rogue.port, ssl: { ca } }, policy(rule))
        await expect(pool.query('select 1')).rejects.toThrow()
        expect(pool.totalCount).toBe(0)
      }
    }
    expect(sessions).toEqual([])
  })

  it("local: 'accept-loopback' accepts plaintext to this machine", async () => {
    const policy = { local: 'accept-loopback' } as const
    for (const host of ['127.0.0.1', 'localhost']) {
      const pool = poolOf({ host, ssl: false }, policy)
      expect((await pool.query('select 1 as v')).rows).toEqual([{ v: 1 }])
      expect((await verifySession(pool)).session.local).toBeNull()
    }
    expect(() => poolOf({ ssl: false })).toThrow(PolicyError)
    expect(() => poolOf({ host: 'db.example.com', ssl: false }, policy)).toThrow(PolicyError)
  })

  it("minimum: 'verify-ca' accepts a wrong name where verify-ca is written", async () => {
    await present('wrong-name')
    const { user, password, database } = server
    const connectionString = `postgres://${user}:${password}@127.0.0.1:${rogue.port}/${database}?uselibpqcompat=true&sslmode=verify-ca&sslrootcert=`
    const open = (root: string, policy?: PolicyOptions) =>
      tended(guard(new pg.Pool({ connectionString: connectionString + root }), policy))
    const pool = open(files.root, { minimum: 'verify-ca' })
    expect((await verifySession(pool)).session.local?.certificate.names).toEqual([
      'DNS:other.example.com',
    ])
    expect((await pool.query('select 1 as v')).rows).toEqual([{ v: 1 }])
    const error = await refusal(open(files.rogueRoot, { minimum: 'verify-ca' }).query('select 1'))
    expect(rulesOf(error)).toEqual(['certificate-not-verified'])
    expect(() => open(files.root)).toThrow(PolicyError)
  })
})
