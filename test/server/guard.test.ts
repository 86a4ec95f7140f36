import { once } from 'node:events'
import { type AddressInfo, connect, createServer, Socket } from 'node:net'
import { events, guard, PolicyError, verifySession } from '@verify-full/pg'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { hostile, type Pki, type PostgresServer, pki, postgres } from '../support/index.js'

let server: PostgresServer
let set: Pki
beforeAll(async () => {
  set = await pki()
  server = await postgres({ settings: { max_connections: 250 } })
})
afterAll(() => server.stop())

const account = () => ({
  host: '127.0.0.1',
  port: server.port,
  user: server.user,
  password: server.password,
  database: server.database,
  connectionTimeoutMillis: 5000,
})
const right = () => ({ ...account(), ssl: { ca: set.root.root } })
const url = (query: string) =>
  `postgres://${server.user}:${server.password}@127.0.0.1:${server.port}/${server.database}${query}`

function watch() {
  const seen: string[] = []
  const onViolation = ({ violations }: { violations: readonly { rule: string }[] }) =>
    seen.push(violations.map(({ rule }) => rule).join())
  events.on('verify-full:violation', onViolation)
  onTestFinished(() => events.off('verify-full:violation', onViolation))
  return seen
}

/** What would have ended the process; vitest's own listeners stand aside so long. */
function nextUncaught(): Promise<unknown> {
  const listeners = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  return new Promise((resolve) => {
    process.once('uncaughtException', (error) => {
      for (const listener of listeners) process.on('uncaughtException', listener)
      resolve(error)
    })
  })
}

describe('guard', () => {
  it.each([false, true])(
    'connects, pipeline %s: pool, queries queued early, transactions',
    async (pipeline) => {
      const pool = guard(new pg.Pool({ ...right(), pipeline, max: 3 } as pg.PoolConfig))
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) => pool.query('select $1::int as i', [i])),
      )
      expect(answers.map(({ rows }) => rows[0].i)).toEqual(Array.from({ length: 20 }, (_, i) => i))
      await pool.end()
      const client = guard(new pg.Client({ ...right(), pipeline } as pg.ClientConfig))
      const early = client.query("select 'early' as v")
      await client.connect()
      expect((await early).rows).toEqual([{ v: 'early' }])
      await client.query('begin')
      await client.query('commit')
      await client.end()
    },
  )

  it.each(['sequential', 'eager'] as const)('reports the session, gate %s', async (gate) => {
    const pool = guard(new pg.Pool({ ...right(), enableChannelBinding: true } as pg.PoolConfig), {
      gate,
    })
    const report = await verifySession(pool)
    await pool.end()
    expect(report).toMatchObject({
      violations: [],
      enforced: true,
      sessionCheck: 'both',
      roots: 'option ssl.ca',
      session: {
        channelBinding: true,
        local: { version: 'TLSv1.3', authorized: true },
        server: { ssl: true, version: 'TLSv1.3', bits: 256, sameBackend: true },
      },
    })
    expect(report.certificateDaysLeft).toBeGreaterThan(0)
    expect(JSON.stringify(report)).not.toContain(server.password)
  })

  it('works with callbacks', async () => {
    const client = guard(new pg.Client(right()))
    const value = await new Promise((resolve, reject) => {
      client.connect((error: unknown) =>
        error ? reject(error) : client.query('select 1 as v', (_, r) => resolve(r.rows[0].v)),
      )
    })
    expect(value).toBe(1)
    await client.end()
  })

  it('honours ssl.ca beside a connection string, which pg alone would drop', async () => {
    const pool = guard(
      new pg.Pool({ connectionString: url('?sslmode=verify-full'), ssl: { ca: set.root.root } }),
    )
    const { warnings } = await verifySession(pool)
    await pool.end()
    expect(warnings).toMatchObject([{ rule: 'setting-discarded', origin: { key: 'ssl.ca' } }])
    const naive = new pg.Client({
      connectionString: url('?sslmode=verify-full'),
      ssl: { ca: set.root.root },
    })
    await expect(naive.connect()).rejects.toMatchObject({ code: /CERT|VERIFY/ })
  })

  it('reads sslrootcert itself, also as a configuration and as a string', async () => {
    const files = await set.write()
    onTestFinished(() => files[Symbol.asyncDispose]())
    const pool = new pg.Pool(guard(url(`?sslmode=verify-full&sslrootcert=${files.root}`)))
    expect((await pool.query('select 1 as v')).rows).toEqual([{ v: 1 }])
    await pool.end()
    expect(
      () => new pg.Client(guard(url(`?sslmode=verify-full&sslrootcert=${files.root}`))),
    ).toThrow(TypeError)
  })

  const refused: [string, () => pg.PoolConfig, string][] = [
    ['nothing', () => account(), 'sslmode-missing'],
    ['ssl: false', () => ({ ...account(), ssl: false }), 'plaintext-allowed'],
    [
      'rejectUnauthorized: false',
      () => ({ ...account(), ssl: { rejectUnauthorized: false } }),
      'certificate-not-verified',
    ],
    [
      '?sslmode=prefer',
      () => ({ connectionString: url('?sslmode=prefer') }),
      'sslmode-below-verify-full',
    ],
    [
      '?sslmode=require',
      () => ({ connectionString: url('?sslmode=require') }),
      'sslmode-below-verify-full',
    ],
    [
      '?sslMode=verify-full',
      () => ({ connectionString: url('?sslMode=verify-full') }),
      'sslmode-unknown',
    ],
    [
      'a missing root.crt',
      () => ({ connectionString: url('?sslmode=verify-full&sslrootcert=/nope') }),
      'root-cert-unusable',
    ],
    ['ca as an empty string', () => ({ ...account(), ssl: { ca: '' } }), 'roots-widened'],
    [
      'a no-op checkServerIdentity',
      () => ({ ...right(), ssl: { ca: set.root.root, checkServerIdentity: () => undefined } }),
      'hostname-not-verified',
    ],
    [
      'a keyword DSN',
      () => ({
        connectionString: `host=127.0.0.1 password=${server.password} sslmode=verify-full`,
      }),
      'conninfo-misread',
    ],
    ['ssl as a string', () => ({ ...account(), ssl: 'require' as never }), 'ssl-value-fatal'],
    [
      'a URL that is none',
      () => ({ connectionString: `postgres://u:${server.password}@h:p:q/d` }),
      'conninfo-misread',
    ],
  ]
  it.each(refused)(
    'refuses %s at once: guard(config), guard(pool), and later at connect()',
    async (_, config, rule) => {
      const seen = watch()
      const before = await server.connections()
      const thrown: unknown[] = []
      for (const start of [() => guard(config() as never), () => guard(new pg.Pool(config()))]) {
        try {
          start()
        } catch (error) {
          thrown.push(error)
        }
      }
      const client = new (guard({ Client: pg.Client, Pool: pg.Pool }).Client)(config())
      const early = client.query('select 1').then(
        () => 'ran',
        (error: unknown) => error,
      )
      const error = await client.connect().then(
        () => 'connected',
        (reason: unknown) => reason,
      )
      thrown.push(error)
      expect(await early).toBe(error)
      await client.end()
      for (const refusal of thrown) {
        expect(refusal).toBeInstanceOf(PolicyError)
        const { violations, message } = refusal as PolicyError
        expect(violations.map((violation) => violation.rule)).toContain(rule)
        expect(message).not.toContain(server.password)
      }
      expect(seen).toHaveLength(3)
      expect(await server.connections()).toBe(before)
    },
  )

  it.each(['stream', 'connection'])(
    'refuses a custom %s, and pg.native is gone',
    async (option) => {
      const custom = {
        ...right(),
        [option]: option === 'stream' ? new Socket() : new pg.Connection(),
      }
      const { Client } = guard(pg as unknown as { Client: typeof pg.Client; Pool: typeof pg.Pool })
      expect(
        'native' in guard(pg as unknown as { Client: typeof pg.Client; Pool: typeof pg.Pool }),
      ).toBe(false)
      const error = await new Client(custom).connect().catch((reason: unknown) => reason)
      expect((error as PolicyError).violations[0]?.rule).toBe('unobservable-driver')
    },
  )

  it('refuses a mutation between construction and connect()', async () => {
    const pool = guard(new pg.Pool(right()))
    pool.options.ssl = false
    await expect(pool.query('select 1')).rejects.toMatchObject({ name: 'PolicyError' })
    expect(pool.totalCount).toBe(0)
    await pool.end()
  })

  it('passes failures that are not ours through unchanged', async () => {
    const seen = watch()
    const wrong = guard(new pg.Client({ ...right(), password: 'wrong-password' }))
    await expect(wrong.connect()).rejects.toMatchObject({ code: '28P01' })
    const closed = guard(new pg.Client({ ...right(), port: 1 }))
    await expect(closed.connect()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    expect(seen).toEqual([])
  })

  it('leaves a connection as it is when connect() is called again, as pg does', async () => {
    const seen = watch()
    const client = guard(new pg.Client(right()))
    await client.connect()
    await expect(client.connect()).rejects.toThrow('already been connected')
    expect((await client.query('select 1 as v')).rows).toEqual([{ v: 1 }])
    await client.end()
    expect(seen).toEqual([])
  })

  it('closes a refused connection although the callback throws', async () => {
    await using bad = await hostile({
      tls: { certificate: set.certificate('good') },
      pgStatSsl: { ssl: 'f' },
    })
    const thrown = nextUncaught()
    const client = guard(new pg.Client({ ...right(), port: bad.port }))
    client.connect((error: Error) => {
      throw error
    })
    expect(await thrown).toBeInstanceOf(PolicyError)
    await bad.settled(1)
  })

  it('closes a connection whose password function rejects, which pg leaves open', async () => {
    await using asks = await hostile({
      tls: { certificate: set.certificate('good') },
      authentication: 'cleartext',
    })
    const password = () => Promise.reject(new Error('no secret store'))
    const pool = guard(new pg.Pool({ ...right(), port: asks.port, password }))
    await expect(pool.query('select 1')).rejects.toThrow('no secret store')
    await asks.settled(1)
    expect(pool.totalCount).toBe(0)
  })

  it('verifySession() outlives a server that stops answering', async () => {
    const { host, port } = { host: '127.0.0.1', port: server.port }
    const sockets: Socket[] = []
    let frozen = false
    const link = createServer((here) => {
      const there = connect({ host, port })
      sockets.push(here, there)
      here.on('data', (chunk) => frozen || there.write(chunk)).on('error', () => {})
      there.on('data', (chunk) => frozen || here.write(chunk))
    }).listen(0, host)
    await once(link, 'listening')
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy()
      link.close()
    })
    events.once('verify-full:session', () => {
      frozen = true
    })
    const address = link.address() as AddressInfo
    const pool = guard(new pg.Pool({ ...right(), port: address.port }), { gateTimeoutMillis: 1500 })
    expect(await verifySession(pool)).toMatchObject({ violations: [] })
  })

  it('is a TypeError for misuse', async () => {
    expect(() => guard(5 as never)).toThrow(TypeError)
    expect(() => guard(new Map() as never)).toThrow(TypeError)
    const client = new pg.Client(right())
    await client.connect()
    expect(() => guard(client)).toThrow(TypeError)
    await client.end()
    await expect(verifySession(new pg.Pool(right()))).rejects.toThrow(TypeError)
    const pool = guard(new pg.Pool(right()))
    expect(guard(pool)).toBe(pool)
    expect(() => guard(pool, { channelBinding: 'require' })).toThrow(TypeError)
    await pool.end()
  })

  it('is not fooled by a search_path that shadows pg_stat_ssl, its function or its operator', async () => {
    await server.admin(
      `create schema evil;
       create view evil.pg_stat_ssl as
         select 0 as pid, true as ssl, 'TLSv1'::text as version, 'NONE'::text as cipher, 0 as bits;
       create function evil.pg_backend_pid() returns int language sql as 'select 0';
       create function evil.never(int, int) returns bool language sql as 'select false';
       create operator evil.= (leftarg = int, rightarg = int, function = evil.never);
       grant usage on schema evil to public;
       grant select on evil.pg_stat_ssl to public`,
      server.database,
    )
    const pool = guard(new pg.Pool({ ...right(), options: '-c search_path=evil,pg_catalog' }))
    expect((await verifySession(pool)).session.server).toMatchObject({ ssl: true, bits: 256 })
    await pool.end()
  })

  it('accepts a unix socket by default and refuses it by policy', async () => {
    const socket = {
      host: server.socketDir,
      port: server.port,
      user: 'postgres',
      database: 'postgres',
    }
    const pool = guard(new pg.Pool(socket))
    expect((await pool.query('select 1 as v')).rows).toEqual([{ v: 1 }])
    await pool.end()
    expect(() => guard(new pg.Pool(socket), { local: 'refuse' })).toThrow(PolicyError)
  })

  it('dials hostaddr and verifies host', async () => {
    const config = { ...right(), host: 'db.example.com', hostaddr: '127.0.0.1' }
    const pool = guard(new pg.Pool(config as pg.PoolConfig))
    expect((await verifySession(pool)).session.endpoint).toMatchObject({
      host: 'db.example.com',
      hostaddr: '127.0.0.1',
    })
    await pool.end()
    const other = guard(new pg.Pool({ ...config, host: 'other.example.com' } as pg.PoolConfig))
    await expect(other.query('select 1')).rejects.toMatchObject({
      violations: [
        {
          rule: 'hostname-not-verified',
          actual: 'the certificate is for localhost, db.example.com, 127.0.0.1, 0:0:0:0:0:0:0:1',
        },
      ],
    })
    await other.end()
  })

  it('reports without refusing under reportOnly', async () => {
    const seen = watch()
    const pool = guard(new pg.Pool({ ...account(), ssl: { rejectUnauthorized: false } }), {
      reportOnly: true,
    })
    expect((await pool.query('select 1 as v')).rows).toEqual([{ v: 1 }])
    await pool.end()
    expect(seen.length).toBeGreaterThan(0)
    expect(new Set(seen)).toEqual(new Set(['certificate-not-verified']))
  })

  it('sends a cancel request through TLS', async () => {
    const Guarded = guard({ Client: pg.Client, Pool: pg.Pool }).Client as never as new (
      c: object,
    ) => pg.Client & {
      cancel(client: pg.Client, query: unknown): void
    }
    const busy = new Guarded(right())
    await busy.connect()
    const query = new pg.Query('select pg_sleep(20)')
    const cancelled = new Promise((resolve) => query.on('error', resolve))
    busy.query(query as never)
    new Guarded(right()).cancel(busy, query)
    await expect(cancelled).resolves.toMatchObject({ code: '57014' })
    await busy.end()
  })

  it('requires channel binding when told to, before the password is sent', async () => {
    const bound = guard(new pg.Pool(right()), { channelBinding: 'require' })
    expect((await verifySession(bound)).session.channelBinding).toBe(true)
    await bound.end()
  })

  it('survives 200 parallel connects of which a fifth is refused', async () => {
    const seen = watch()
    const patient = { connectionTimeoutMillis: 60_000 }
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, async (_, i) => {
        const ca = i % 5 ? set.root.root : set.rogueRoot.root
        const config = { ...account(), ...patient, ssl: { ca } }
        const client = guard(new pg.Client(config), { gateTimeoutMillis: 60_000 })
        client.on('error', () => {})
        try {
          await client.connect()
          return 'connected'
        } catch (error) {
          return error instanceof PolicyError ? 'refused' : String(error)
        } finally {
          await client.end()
        }
      }),
    )
    expect(outcomes.filter((outcome) => outcome === 'refused')).toHaveLength(40)
    expect(outcomes.filter((outcome) => outcome === 'connected')).toHaveLength(160)
    expect(seen).toHaveLength(40)
  })
})

describe('a handshake that fails', () => {
  const kinds = [
    ['rogue', 'certificate-not-verified'],
    ['wrong-name', 'hostname-not-verified'],
    ['localhost-only', 'hostname-not-verified'],
    ['expired', 'certificate-expired'],
    ['not-yet-valid', 'certificate-not-yet-valid'],
    ['client-usage', 'certificate-not-verified'],
  ] as const
  it.each(kinds)(
    'with a certificate that is %s is refused as %s, with the cause',
    async (kind, rule) => {
      await using bad = await postgres({ certificate: set.certificate(kind) })
      const seen = watch()
      const pool = guard(new pg.Pool({ ...right(), port: bad.port }))
      const error = await pool.query('select 1').catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(PolicyError)
      expect(error).toMatchObject({
        code: 'ERR_VERIFY_FULL_SESSION',
        violations: [{ rule }],
        cause: {},
      })
      expect(seen).toEqual([rule])
      expect(pool.totalCount).toBe(0)
      expect(bad.log()).not.toContain('connection authorized')
      await pool.end()
    },
  )
})
