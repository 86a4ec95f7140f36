import { writeFileSync } from 'node:fs'
import { events, guard, PolicyError, type Report, verifySession } from '@verify-full/knex'
import knex, { type Knex } from 'knex'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
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
})
const right = () => ({ ...account(), ssl: { ca: set.root.root } })
const rogue = () => ({ ...account(), ssl: { ca: set.rogueRoot.root } })
const url = (query: string, scheme = 'postgres') =>
  `${scheme}://${server.user}:${server.password}@127.0.0.1:${server.port}/${server.database}${query}`

/** A Knex that is destroyed with its test; what it logs is what it would log without the guard. */
function open(config: Knex.Config): Knex {
  const log = { warn() {}, error() {}, debug() {}, deprecate() {} }
  const db = knex({ log, ...config })
  onTestFinished(() => db.destroy())
  return db
}
const guarded = (config: Knex.Config) => open(guard({ client: 'pg', ...config }))
const one = async (db: Knex) => (await db.raw('select 1 as v')).rows

/** Names of what was refused and accepted. */
function watch() {
  const seen: string[] = []
  const refused = ({ name, violations }: Report) =>
    seen.push([name, ...violations.map(({ rule }) => rule)].filter(Boolean).join(' '))
  const accepted = () => seen.push('session')
  events.on('verify-full:violation', refused)
  events.on('verify-full:session', accepted)
  onTestFinished(() => {
    events.off('verify-full:violation', refused)
    events.off('verify-full:session', accepted)
  })
  return seen
}
const refusal = async (run: () => unknown): Promise<PolicyError> => {
  try {
    await run()
  } catch (error) {
    if (error instanceof PolicyError) return error
    throw error
  }
  throw new Error('nothing was refused')
}
const rules = ({ violations }: PolicyError) => violations.map(({ rule }) => rule)
const noConnections = () => vi.waitFor(async () => expect(await server.connections()).toBe(0))

describe('connects', () => {
  const ways: [string, () => Promise<Knex.Config> | Knex.Config][] = [
    ['an object', () => ({ connection: right() })],
    [
      'a string',
      async () => {
        const files = await set.write()
        onTestFinished(() => files[Symbol.asyncDispose]())
        return { connection: url(`?sslmode=verify-full&sslrootcert=${files.root}`) }
      },
    ],
    [
      'a connectionString, whose CA Knex and pg would drop',
      () => ({
        connection: {
          connectionString: url('?sslmode=verify-full'),
          ssl: { ca: set.root.root },
        },
      }),
    ],
    ['a function', () => ({ connection: () => right() })],
    ['an async function', () => ({ connection: async () => right() })],
    [
      'a function that returns a string, which pg parses',
      async () => {
        const files = await set.write()
        onTestFinished(() => files[Symbol.asyncDispose]())
        const connection = async () => url(`?sslmode=verify-full&sslrootcert=${files.root}`)
        return { connection: connection as unknown as Knex.AsyncConnectionConfigProvider }
      },
    ],
  ]
  it.each(ways)('%s', async (_, config) => {
    const given = { client: 'pg', ...(await config()) }
    const before = guarded(given)
    expect(await one(before)).toEqual([{ v: 1 }])
    const after = guard(open(given))
    expect(await one(after)).toEqual([{ v: 1 }])
    expect(await verifySession(after)).toMatchObject({
      driver: 'knex',
      violations: [],
      session: { server: { ssl: true, sameBackend: true } },
    })
  })

  it.each(['pg', 'postgres', 'postgresql', 'redshift'])('the dialect %s', async (client) => {
    expect(await one(open(guard({ client, connection: right() })))).toEqual([{ v: 1 }])
    const Dialect = knex({ client }).client.constructor as typeof Knex.Client
    expect(await one(open(guard({ client: Dialect, connection: right() })))).toEqual([{ v: 1 }])
  })

  it('the dialect cockroachdb', async () => {
    // `version`: PostgreSQL's own answer is not one that this dialect can read.
    const connection = right()
    const db = open(guard({ client: 'cockroachdb', version: '23.1', connection }))
    expect(await one(db)).toEqual([{ v: 1 }])
  })

  it('reads the root certificate of a string again for each connection', async () => {
    const files = await set.write()
    onTestFinished(() => files[Symbol.asyncDispose]())
    writeFileSync(files.root, set.rogueRoot.root)
    const connection = url(`?sslmode=verify-full&sslrootcert=${files.root}`)
    for (const db of [guarded({ connection }), guard(open({ client: 'pg', connection }))]) {
      writeFileSync(files.root, set.rogueRoot.root)
      expect(rules(await refusal(() => one(db)))).toEqual(['certificate-not-verified'])
      writeFileSync(files.root, set.root.root)
      expect(await one(db)).toEqual([{ v: 1 }])
    }
  })

  it('through withUserParams()', async () => {
    const seen = watch()
    for (const db of [
      guarded({ connection: right() }),
      guard(open({ client: 'pg', connection: right() })),
    ]) {
      expect(await one(db.withUserParams({}))).toEqual([{ v: 1 }])
    }
    expect(seen).toEqual(['session', 'session'])
  })

  it('a string comes back as a configuration', async () => {
    const files = await set.write()
    onTestFinished(() => files[Symbol.asyncDispose]())
    const db = open(guard(url(`?sslmode=verify-full&sslrootcert=${files.root}`, 'postgresql')))
    expect(await verifySession(db)).toMatchObject({ roots: files.root })
  })

  it('transactions, streams, migrations, and a cancelled query on a verified connection', async () => {
    const seen = watch()
    const db = guarded({ connection: right() })
    await db.transaction(async (trx) => {
      await trx.raw('create temporary table here (i int) on commit drop')
      await trx('here').insert([{ i: 1 }, { i: 2 }])
      expect(await trx('here').sum('i')).toEqual([{ sum: '3' }])
    })
    const rows: unknown[] = []
    for await (const row of db.select(db.raw('generate_series(1, 3) as i')).stream()) rows.push(row)
    expect(rows).toEqual([{ i: 1 }, { i: 2 }, { i: 3 }])
    expect(seen).toEqual(['session'])
    const slow = db.select(db.raw('pg_sleep(60)')).timeout(300, { cancel: true })
    await expect(slow).rejects.toThrow(/[Tt]imeout/)
    expect(seen).toEqual(['session', 'session'])
    await db.destroy()
    await noConnections()
  })
})

describe('refuses at guard()', () => {
  const cases: [string, () => Knex.Config | string, string[]][] = [
    ['nothing about TLS', () => ({ connection: account() }), ['sslmode-missing']],
    [
      'the field sslmode',
      () => ({ connection: { ...account(), sslmode: 'verify-full' } as Knex.PgConnectionConfig }),
      ['setting-ineffective', 'sslmode-missing'],
    ],
    [
      'pg://',
      () => url('?sslmode=verify-full', 'pg'),
      ['conninfo-misread', 'setting-ineffective', 'sslmode-missing'],
    ],
    [
      'cockroachdb://',
      () => ({ client: 'cockroachdb', connection: url('?sslmode=verify-full', 'cockroachdb') }),
      ['conninfo-misread', 'setting-ineffective', 'sslmode-missing'],
    ],
    [
      'redshift://',
      () => url('?sslmode=verify-full', 'redshift'),
      ['conninfo-misread', 'setting-ineffective', 'sslmode-missing'],
    ],
    ['?ssl=false', () => url('?ssl=false'), ['ssl-value-fatal']],
    ['?ssl=no-verify', () => url('?ssl=no-verify'), ['certificate-not-verified']],
    ['?sslmode=require', () => url('?sslmode=require'), ['sslmode-below-verify-full']],
    [
      'another meaning in another parser',
      () => ({
        connection: { connectionString: url('?sslmode=require&uselibpqcompat=true') },
      }),
      ['sslmode-below-verify-full'],
    ],
    [
      'pgnative',
      () => ({ client: 'pgnative', connection: right() }),
      ['unobservable-driver', 'plaintext-allowed'],
    ],
    [
      'connectionPool',
      () => ({ connectionPool: new pg.Pool(right()) }) as Knex.Config,
      ['unobservable-driver'],
    ],
    [
      'a root certificate that is not there',
      () => url('?sslmode=verify-full&sslrootcert=/nowhere/root.crt'),
      ['root-cert-unusable'],
    ],
  ]
  it.each(cases)('%s', async (_, config, expected) => {
    const given = config()
    const seen = watch()
    const error = await refusal(() =>
      typeof given === 'string' ? guard(given) : guard({ client: 'pg', ...given }),
    )
    expect(rules(error)).toEqual(expected)
    expect(error.report).toMatchObject({ driver: 'knex' })
    expect(`${error.message}${JSON.stringify(error.report)}`).not.toContain(server.password)
    expect(seen).toEqual([expected.join(' ')])
    expect(await server.connections()).toBe(0)
  })

  it('a knexfile, by the name of the environment', async () => {
    const good = { client: 'pg', connection: right() }
    const file = guard({
      development: good,
      production: good,
      shared: 'of no environment' as never,
    })
    expect(await one(open(file.production))).toEqual([{ v: 1 }])
    expect((await verifySession(open(file.development))).name).toBe('development')
    const bad = { development: good, production: { client: 'pg', connection: account() } }
    expect(await refusal(() => guard(bad))).toMatchObject({ report: { name: 'production' } })
    // Knex's command would take `production` of this, whatever stands beside it.
    const both = { ...good, production: { client: 'pg', connection: account() } }
    expect(await refusal(() => guard(both))).toMatchObject({ report: { name: 'production' } })
    const later = guard(async () => ({ staging: good }))
    expect(await one(open((await later()).staging))).toEqual([{ v: 1 }])
  })

  it('a knexfile, for all its environments at once', async () => {
    const seen = watch()
    const file = {
      development: { client: 'pg', connection: account() },
      staging: { client: 'pg', connection: right() },
      production: { client: 'pg', connection: url('?ssl=no-verify') },
    }
    const error = await refusal(() => guard(file))
    expect(error.reports.map(({ name }) => name)).toEqual(['development', 'production'])
    expect(error.report).toBe(error.reports[0])
    expect(rules(error)).toEqual(['sslmode-missing', 'certificate-not-verified'])
    expect(error.message).toMatch(/^verify-full refused 2 connections: development, production\n/)
    expect(error.message).toContain('the knex connection production to 127.0.0.1')
    expect(error.message).not.toContain(server.password)
    expect(seen).toEqual(['development sslmode-missing', 'production certificate-not-verified'])
    expect(await one(open(guard(file, { reportOnly: true }).staging))).toEqual([{ v: 1 }])
    // Nothing of what was refused is left behind.
    expect(await refusal(() => guard(file))).not.toBe(error)
  })

  it('a knexfile, whatever stands beside its environments', async () => {
    const good = { client: 'pg', connection: right() }
    const bad = { development: good, production: { client: 'pg', connection: account() } }
    expect(await refusal(guard(() => bad))).toMatchObject({ report: { name: 'production' } })
  })

  it('not what names no connection: Knex opens none', async () => {
    const db = guarded({ connection: undefined as never })
    await expect(one(db)).rejects.toThrow(/Unable to acquire a connection/)
  })

  it('an empty connection string: Knex would dial localhost', async () => {
    const error = await refusal(() => guarded({ connection: '' }))
    expect(error).toMatchObject({ report: { endpoint: { kind: 'tcp', host: 'localhost' } } })
  })

  it('what is no PostgreSQL, no Knex, or guarded otherwise', async () => {
    const mysql = { client: 'mysql2', connection: {} }
    expect(() => guard(mysql)).toThrow(/^client is not one of pg/)
    expect(() => guard({ development: mysql })).toThrow(/^The client of development is not one of/)
    expect(() => guard('mysql://db.example.com/app')).toThrow(TypeError)
    expect(() => guard(open({ client: 'sqlite3' }))).toThrow(TypeError)
    for (const wrong of [null, 5, {}, []]) expect(() => guard(wrong as never)).toThrow(TypeError)
    const config = guard({ client: 'pg', connection: right() })
    expect(guard(config)).toBe(config)
    expect(() => guard(config, { minimum: 'require' })).toThrow(/already, with another policy/)
    const db = open(config)
    expect(guard(db)).toBe(db)
    const used = open({ client: 'pg', connection: right() })
    await one(used)
    expect(() => guard(used)).toThrow(/before Knex opens its first connection/)
    await expect(used.transaction(async (trx) => guard(trx))).rejects.toThrow(TypeError)
    await expect(verifySession(used)).rejects.toThrow(TypeError)
    await db.destroy()
    await expect(verifySession(db)).rejects.toThrow(/pool is initialized/)
  })
})

describe('the caller gets the error of the guard', () => {
  const ways: [string, (db: Knex) => unknown][] = [
    ['a query', (db) => db.select(1)],
    ['raw', (db) => db.raw('select 1')],
    ['a transaction', (db) => db.transaction(async (trx) => trx.select(1))],
    ['a transaction without container', (db) => db.transaction()],
    ['a schema change', (db) => db.schema.createTable('never', () => {})],
    ['a migration', (db) => db.migrate.latest({ migrationSource: NO_MIGRATIONS })],
    ['a seed', (db) => db.seed.run({ seedSource: SEED })],
    ['a seed of withUserParams()', (db) => db.withUserParams({}).seed.run({ seedSource: SEED })],
    [
      'a stream',
      async (db) => {
        for await (const _ of db.select(1).stream()) throw new Error('a row')
      },
    ],
    ['a piped stream', (db) => db.select(1).stream(() => {})],
    ['verifySession', (db) => verifySession(db)],
  ]
  const NO_MIGRATIONS: Knex.MigrationSource<string> = {
    getMigrations: async () => [],
    getMigrationName: (name) => name,
    getMigration: async () => ({ up: async () => {}, down: async () => {} }),
  }
  const SEED: Knex.SeedSource<string> = {
    getSeeds: async () => ['seed'],
    getSeed: async () => ({ seed: async (db) => void (await db.select(1)) }),
  }
  it.each(ways)('from %s', async (_, run) => {
    const seen = watch()
    const pool = { propagateCreateError: false }
    const db = guarded({ connection: rogue(), pool, acquireConnectionTimeout: 10_000 })
    const error = await refusal(() => run(db))
    expect(error.code).toBe('ERR_VERIFY_FULL_SESSION')
    expect(rules(error)).toEqual(['certificate-not-verified'])
    expect(error.message).toMatch(/^verify-full refused the knex connection to 127\.0\.0\.1/)
    expect(seen).toEqual(['certificate-not-verified'])
    await db.destroy()
    await noConnections()
  })

  it('from a seed after the fact; other errors of seeds, and other Knexes, are as they were', async () => {
    const after = guard(open({ client: 'pg', connection: rogue() }))
    const error = await refusal(() => after.seed.run({ seedSource: SEED }))
    expect(rules(error)).toEqual(['certificate-not-verified'])
    const wrapped = /Error while executing "seed" seed/
    const throwing = (thrown: Error): Knex.SeedSource<string> => ({
      getSeeds: async () => ['seed'],
      getSeed: async () => ({ seed: () => Promise.reject(thrown) }),
    })
    await expect(after.seed.run({ seedSource: throwing(new Error('no')) })).rejects.toThrow(wrapped)
    const bare = open({ client: 'pg', connection: right() })
    await expect(bare.seed.run({ seedSource: throwing(error) })).rejects.toThrow(wrapped)
  })

  it('30 times in parallel, and then works', async () => {
    let ca = set.rogueRoot.root
    const connection = () => {
      const given = ca
      return { ...account(), ssl: { ca }, expirationChecker: () => given !== ca }
    }
    const db = guarded({ connection, pool: { min: 0, max: 10 } })
    const errors = await Promise.all(
      Array.from({ length: 30 }, () => refusal(() => db.raw('select 1'))),
    )
    expect(new Set(errors.map((error) => rules(error).join()))).toEqual(
      new Set(['certificate-not-verified']),
    )
    ca = set.root.root
    expect(await one(db)).toEqual([{ v: 1 }])
    await db.destroy()
    await noConnections()
  })

  it.each([
    ['sync', () => account()],
    ['async', async () => account()],
    ['async, a string', async () => url('') as never],
  ])('for what a function returns: %s', async (_, connection) => {
    const seen = watch()
    const db = guarded({ connection })
    expect(rules(await refusal(() => db.select(1)))).toEqual(['sslmode-missing'])
    expect(seen).toEqual(['sslmode-missing'])
    expect(await server.connections()).toBe(0)
  })

  it('for what a function returns once the first has expired', async () => {
    let expired = false
    const answers = [{ ...right(), expirationChecker: () => expired }, account()]
    const connection = () => answers.shift() ?? account()
    const db = guarded({ connection, pool: { min: 0, max: 2 } })
    await db.transaction(async (trx) => {
      expect((await trx.raw('select 1 as v')).rows).toEqual([{ v: 1 }])
      expired = true
      expect(rules(await refusal(() => db.raw('select 1')))).toEqual(['sslmode-missing'])
      expect((await trx.raw('select 2 as v')).rows).toEqual([{ v: 2 }])
    })
  })

  it('in the terms of its configuration, whenever it was judged', async () => {
    const ssl = { ca: set.root.root, rejectUnauthorized: false }
    const before = await refusal(() => guarded({ connection: { ...account(), ssl } }))
    const db = guarded({ connection: () => ({ ...account(), ssl }) })
    const later = await refusal(() => db.select(1))
    for (const { violations } of [before, later]) {
      expect(violations.map(({ origin }) => origin.key)).toEqual([
        'connection.ssl.rejectUnauthorized',
      ])
    }
    const report = await verifySession(guarded({ connection: right() }))
    expect(report.roots).toBe('option connection.ssl.ca')
  })

  it('for the second connection of a query that is to be cancelled', async () => {
    const seen = watch()
    const db = guarded({ connection: right() })
    await db.select(1)
    Object.assign(db.client.connectionSettings, { ssl: { ca: set.rogueRoot.root } })
    const slow = db.select(db.raw('pg_sleep(60)')).timeout(300, { cancel: true })
    const error = await refusal(() => slow)
    expect(rules(error)).toEqual(['certificate-not-verified'])
    // Knex writes its own sentence over the message of the error: the refusal stays below it.
    expect(error.message).toMatch(/^After query timeout of 300ms exceeded.*\n\nverify-full refused/)
    expect(error.message).toMatch(/ {4}fix {7}\S/)
    expect(seen).toEqual(['session', 'certificate-not-verified'])
    await server.admin(
      "select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(60)%' and pid <> pg_backend_pid()",
    )
  })

  it('for settings that were changed after guard()', async () => {
    const db = guarded({ connection: right() })
    Object.assign(db.client.connectionSettings, { ssl: false })
    expect(rules(await refusal(() => db.select(1)))).toEqual(['plaintext-allowed'])
  })

  it('after destroy() and initialize()', async () => {
    const seen = watch()
    const db = guarded({ connection: right() })
    expect(await one(db)).toEqual([{ v: 1 }])
    await db.destroy()
    db.initialize()
    expect(await one(db)).toEqual([{ v: 1 }])
    expect(seen).toEqual(['session', 'session'])
    await db.destroy()
    // Knex before 3.3 knows no connectionPool: it opens its own connections.
    if (!('initializeExternalPool' in knex.Client.prototype)) return
    const connectionPool = new pg.Pool(right())
    expect(rules(await refusal(() => db.initialize({ connectionPool } as never)))).toEqual([
      'unobservable-driver',
    ])
  })
})

describe('a connection that Knex did not open', () => {
  /** Knex's dialect of PostgreSQL, as applications make their own of it. */
  const dialect = () =>
    open({ client: 'pg', connection: right() }).client.constructor as typeof knex.Client

  it.each<[string, (db: Knex, raw: pg.Client) => unknown]>([
    ['a query', (db, raw) => db.raw('create table through (i int)').connection(raw)],
    [
      'a stream',
      async (db, raw) => {
        for await (const _ of db.select(1).connection(raw).stream()) throw new Error('a row')
      },
    ],
    [
      'a transaction',
      (db, raw) => db.transaction(async (trx) => trx.select(1), { connection: raw }),
    ],
  ])('%s', async (_, run) => {
    const raw = new pg.Client(right())
    await raw.connect()
    onTestFinished(() => raw.end())
    const db = guarded({ connection: right() })
    const error = await refusal(() => run(db, raw))
    expect(rules(error)).toEqual(['unobservable-driver'])
    expect(error.message).not.toContain('create table')
    const { rows } = await raw.query("select to_regclass('through') as name")
    expect(rows).toEqual([{ name: null }])
  })

  it('is refused before its socket where a dialect of the application would make it', async () => {
    await using unheard = await hostile({ answer: 'refuse' })
    const elsewhere = { ...right(), port: unheard.port }
    // The copy of pg that this Knex has.
    const { Client } = open({ client: 'pg', connection: right() }).client.driver as typeof pg
    const make = {
      promise: async () => {
        const raw = new Client(elsewhere)
        await raw.connect()
        return raw
      },
      callback: () =>
        new Promise<pg.Client>((resolve, reject) => {
          const raw = new Client(elsewhere)
          raw.connect((error: unknown) => (error ? reject(error) : resolve(raw)))
        }),
    }
    for (const dial of [make.promise, make.callback]) {
      for (const method of ['acquireRawConnection', '_acquireOnlyConnection']) {
        const client = class extends dialect() {}
        Object.assign(client.prototype, { [method]: dial })
        for (const db of [
          guarded({ client, connection: right() }),
          guard(open({ client, connection: right() })),
        ]) {
          const error = await refusal(() => db.select(1))
          expect(rules(error)).toEqual(['unobservable-driver'])
          expect(error.report).toMatchObject({ endpoint: { port: unheard.port } })
          expect(error.violations[0]?.origin.key).toBe('acquireRawConnection()')
        }
      }
    }
    expect(unheard.connections).toEqual([])
    // Nothing else is touched: not while a guarded Knex dials, nor what a dialect leaves running.
    const seen = watch()
    const raw = new Client(right())
    await Promise.all([raw.connect(), one(guarded({ connection: right() }))])
    await raw.end()
    expect(seen).toEqual(['session'])
  })

  it('is closed where a dialect of the application had it already, before a query', async () => {
    const raw = new pg.Client(right())
    await raw.connect()
    class Dialing extends dialect() {
      override acquireRawConnection() {
        return Promise.resolve(raw)
      }
    }
    const db = guarded({ client: Dialing, connection: right() })
    const error = await refusal(() => db.select(1))
    expect(rules(error)).toEqual(['unobservable-driver'])
    expect(error.violations[0]?.origin.key).toBe('acquireRawConnection()')
    expect(error.message).toContain('new this.driver.Client(settings)')
    await noConnections()
  })

  it('is its own where a dialect of the application made it of driver.Client', async () => {
    class Dialing extends dialect() {
      override async acquireRawConnection() {
        const raw = new this.driver.Client(right())
        await raw.connect()
        return raw
      }
    }
    const seen = watch()
    expect(await one(guarded({ client: Dialing, connection: right() }))).toEqual([{ v: 1 }])
    expect(seen).toEqual(['session'])
  })

  it('passes where the policy waives it', async () => {
    const raw = new pg.Client(right())
    await raw.connect()
    onTestFinished(() => raw.end())
    const waiver = {
      rule: 'unobservable-driver',
      host: '127.0.0.1',
      reason: 'a test',
      until: '2999-01-01',
    } as const
    const db = open(guard({ client: 'pg', connection: right() }, { dangerouslyAllow: [waiver] }))
    expect((await db.raw('select 1 as v').connection(raw)).rows).toEqual([{ v: 1 }])
  })
})

describe('a connection that Knex would forget', () => {
  it.each<[string, Knex.Config]>([
    [
      'by afterCreate',
      { pool: { afterCreate: (_: unknown, done: (e: Error) => void) => done(new Error('no')) } },
    ],
    [
      'by an afterCreate that throws',
      {
        pool: {
          afterCreate: () => {
            throw new Error('no')
          },
        },
      },
    ],
    ['by a search_path that PostgreSQL refuses', { searchPath: [''] }],
  ])('%s', async (_, config) => {
    for (const db of [
      guarded({ connection: right(), ...config }),
      guard(open({ client: 'pg', connection: right(), ...config })),
    ]) {
      await expect(db.select(1)).rejects.toThrow(/no|zero-length/)
      await expect(verifySession(db)).rejects.toThrow(/no|zero-length/)
      await noConnections()
    }
  })

  it("is closed and no other: neither the one opened beside it, nor a caller's own", async () => {
    const told: ((error?: Error) => void)[] = []
    const afterCreate = (_: unknown, done: (error?: Error) => void) => told.push(done)
    const db = guarded({ connection: right(), pool: { min: 0, max: 2, afterCreate } })
    const rejected = expect(db.select(1)).rejects.toThrow('no')
    const kept = Promise.resolve(db.select(1))
    await vi.waitFor(() => expect(told).toHaveLength(2))
    const own = await db.client.acquireRawConnection()
    told[0]?.(new Error('no'))
    await rejected
    expect(await server.connections()).toBe(3)
    told[1]?.()
    expect(await kept).toHaveLength(1)
    await vi.waitFor(async () => expect(await server.connections()).toBe(2))
    expect((await own.query('select 1')).rows).toHaveLength(1)
    await db.client.destroyRawConnection(own)
  })

  it('still gets its afterCreate', async () => {
    const connection = right()
    const created: unknown[] = []
    const afterCreate = (raw: pg.Client, done: (error: unknown, raw: pg.Client) => void) =>
      raw.query("set application_name to 'after'", (error) => {
        created.push(raw)
        done(error, raw)
      })
    const db = guard(open({ client: 'pg', connection, pool: { afterCreate } }))
    expect((await db.raw('show application_name')).rows).toEqual([{ application_name: 'after' }])
    expect(created).toHaveLength(1)
  })
})

it('guard(knex) keeps the pool that it has, its settings and listeners', async () => {
  const db = open({ client: 'pg', connection: right(), pool: { min: 0, max: 3 } })
  await db.destroy()
  const created: unknown[] = []
  const afterCreate = (raw: unknown, done: (error: unknown, raw: unknown) => void) => {
    created.push(raw)
    done(created.length > 1 ? new Error('no') : undefined, raw)
  }
  db.initialize({ client: 'pg', pool: { min: 0, max: 7, afterCreate } })
  const { pool } = db.client
  const heard: unknown[] = []
  pool.on('createSuccess', () => heard.push('created'))
  guard(db)
  expect(db.client.pool).toBe(pool)
  expect([pool.max, pool.propagateCreateError]).toEqual([7, true])
  const seen = watch()
  await db.transaction(async (trx) => {
    await trx.select(1)
    await expect(db.select(1)).rejects.toThrow('no')
  })
  expect([heard, created.length, seen]).toEqual([['created'], 2, ['session', 'session']])
  await db.destroy()
  await noConnections()
})

it.runIf('initializeExternalPool' in knex.Client.prototype)(
  'guard(knex) refuses a connectionPool given to initialize()',
  async () => {
    const db = open({ client: 'pg', connection: right() })
    await db.destroy()
    const others = new pg.Pool(right())
    onTestFinished(() => others.end())
    db.initialize({ connectionPool: others } as never)
    expect(rules(await refusal(() => guard(db)))[0]).toBe('unobservable-driver')
  },
)

it('says that propagateCreateError: false is not used', async () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  onTestFinished(() => warned.mockRestore())
  const db = guarded({ connection: rogue(), pool: { propagateCreateError: false } })
  const codes = () => warned.mock.calls.map(([, options]) => (options as { code?: string }).code)
  expect(codes()).toEqual(['VERIFY_FULL_KNEX_PROPAGATE'])
  await refusal(() => db.select(1))
  const reporting = guard(
    { client: 'pg', connection: right(), pool: { propagateCreateError: false } },
    { reportOnly: true },
  )
  expect(open(reporting).client.pool.propagateCreateError).toBe(false)
  expect(codes()).toHaveLength(1)
})
