/** @verify-full/typeorm on real servers; replication is several independent ones. */
import { events, guard, PolicyError, verifySession } from '@verify-full/typeorm'
import pg from 'pg'
import {
  type DataSource,
  type DataSourceOptions,
  DataSource as OwnDataSource,
  type Repository,
} from 'typeorm'
import { afterAll, beforeAll, describe, expect, expectTypeOf, it, onTestFinished } from 'vitest'
import { typeOrm } from '../drivers/typeorm-version.js'
import {
  type HostileServer,
  hostile,
  type Pki,
  type PostgresServer,
  pki,
  postgres,
} from '../support/index.js'

let servers: readonly PostgresServer[]
let set: Pki
beforeAll(async () => {
  set = await pki()
  servers = await Promise.all([postgres(), postgres(), postgres()])
})
afterAll(() => Promise.all(servers.map((server) => server.stop())))

interface Address {
  readonly port: number
}
const node = (index: number): PostgresServer => {
  const server = servers[index]
  if (!server) throw new Error('no such server')
  return server
}
/** Credentials of the real servers; a hostile one at another port is told the same. */
const account = ({ port }: Address = node(0)) => ({
  host: '127.0.0.1',
  port,
  username: node(0).user,
  password: node(0).password,
  database: node(0).database,
})
const right = (address?: Address) => ({ ...account(address), ssl: { ca: set.root.root } })
const single = { type: 'postgres' } as const
const replicated = (...nodes: readonly Address[]) => {
  const [master, ...slaves] = nodes.map((address) => right(address))
  if (!master) throw new Error('no master')
  return { type: 'postgres', replication: { master, slaves } } as const
}

/** Idle connections that stay for ever unless somebody ends them. */
const FOREVER = { extra: { idleTimeoutMillis: 0 } }
const noneLeft = () =>
  expect
    .poll(() => Promise.all(servers.map((server) => server.connections())))
    .toEqual(servers.map(() => 0))

function watch(): object[] {
  const seen: object[] = []
  const push = (report: object) => seen.push(report)
  events.on('verify-full:violation', push)
  onTestFinished(() => events.off('verify-full:violation', push))
  return seen
}

function refusalOf(run: () => unknown): PolicyError {
  try {
    run()
  } catch (error) {
    if (error instanceof PolicyError) return error
    throw error
  }
  throw new Error('not refused')
}
const ruleList = ({ violations }: PolicyError) => violations.map(({ rule }) => rule)

const { name: version, module } = typeOrm()

describe(version, () => {
  /** A DataSource that is destroyed when the test ends. */
  function open(options: DataSourceOptions): DataSource {
    const dataSource = new module.DataSource(options)
    onTestFinished(async () => {
      if (dataSource.isInitialized) await dataSource.destroy()
    })
    return dataSource
  }
  async function failureOf(dataSource: DataSource): Promise<PolicyError> {
    const error: unknown = await dataSource.initialize().catch((error: unknown) => error)
    expect(error).toBeInstanceOf(PolicyError)
    return error as PolicyError
  }

  describe('a good server', () => {
    const Note = new module.EntitySchema<{ id: number; text: string }>({
      name: 'note',
      columns: {
        id: { type: Number, primary: true, generated: true },
        text: { type: String },
      },
    })

    it.each([
      ['options', (options: DataSourceOptions) => open(guard(options))],
      ['a DataSource', (options: DataSourceOptions) => guard(open(options))],
    ])('guarded by %s: entities, transactions, streams', async (_, make) => {
      const dataSource = make({ ...single, ...right(), entities: [Note], synchronize: true })
      await dataSource.initialize()
      const notes: Repository<{ id: number; text: string }> = dataSource.getRepository(Note)
      await notes.clear()
      await dataSource.transaction((manager) => manager.save(Note, { text: 'a' }))
      await expect(
        dataSource.transaction(async (manager) => {
          await manager.save(Note, { text: 'b' })
          throw new Error('rolled back')
        }),
      ).rejects.toThrow('rolled back')
      await Promise.all(Array.from({ length: 20 }, () => notes.count()))
      expect(await notes.find()).toMatchObject([{ text: 'a' }])
      const runner = dataSource.createQueryRunner()
      const rows: unknown[] = []
      for await (const row of await runner.stream('select generate_series(1, 3) as i'))
        rows.push(row)
      expect(rows).toEqual([{ i: 1 }, { i: 2 }, { i: 3 }])
      await runner.release()
      await dataSource.destroy()
      await noneLeft()
    })

    it('reports one session', async () => {
      const dataSource = await open(guard({ ...single, ...right() })).initialize()
      const reports = await verifySession(dataSource)
      expect(reports).toHaveLength(1)
      expect(reports[0]).toMatchObject({
        driver: 'typeorm',
        violations: [],
        session: { local: { authorized: true }, server: { ssl: true, sameBackend: true } },
      })
      expect(reports[0]).not.toHaveProperty('name')
      expect(JSON.stringify(reports)).not.toContain(node(0).password)
    })

    it('reports master and every replica by name', async () => {
      const expiring: (string | undefined)[] = []
      const push = ({ name }: { readonly name?: string }) => expiring.push(name)
      events.on('verify-full:certificate-expiring', push)
      onTestFinished(() => events.off('verify-full:certificate-expiring', push))
      const dataSource = await open(
        guard(replicated(node(0), node(1), node(2), node(1)), { certificateExpiryDays: 36_500 }),
      ).initialize()
      expect(expiring.sort()).toEqual([
        'replication.master',
        'replication.slaves[0]',
        'replication.slaves[1]',
        'replication.slaves[2]',
      ])
      const reports = await verifySession(dataSource)
      expect(
        reports.map(({ name, endpoint }) => [name, 'port' in endpoint && endpoint.port]),
      ).toEqual([
        ['replication.master', node(0).port],
        ['replication.slaves[0]', node(1).port],
        ['replication.slaves[1]', node(2).port],
        ['replication.slaves[2]', node(1).port],
      ])
      expect(reports.map(({ roots }) => roots)).toEqual(
        reports.map(({ name }) => `option ${name}.ssl.ca`),
      )
      const onMaster = dataSource.createQueryRunner('master')
      const port = 'select inet_server_port() as port'
      expect(await onMaster.query(port)).toEqual([{ port: node(0).port }])
      await onMaster.release()
      expect(servers.map((server) => server.port)).toContain((await dataSource.query(port))[0].port)
    })

    it('by url, and for cockroachdb with ssl', async () => {
      await using files = await set.write()
      const { username, password, port, database } = account()
      const base = `postgres://${username}:${password}@127.0.0.1:${port}/${database}`
      const url = `${base}?sslmode=verify-full&sslrootcert=${files.root}`
      await (await open(guard({ type: 'postgres', url })).initialize()).destroy()
      // Past the guard: that this server is no CockroachDB shows only in what it answers.
      const ssl = { ca: set.root.root }
      const cockroach = open(guard({ type: 'cockroachdb', url: base, ssl, ...TRAVEL }))
      const error: unknown = await cockroach.initialize().catch((error: unknown) => error)
      expect(error).not.toBeInstanceOf(PolicyError)
      expect(String(error)).toContain('enable_experimental_alter_column_type_general')
      await noneLeft()
    })
  })

  describe('a configuration below the policy', () => {
    const refused: [string, (server: Address) => object, string, ...string[]][] = [
      ['no ssl', (it) => account(it), 'default ssl', 'sslmode-missing'],
      [
        'extra.ssl: false beside ssl',
        (it) => ({ ...right(it), extra: { ssl: false } }),
        'option ssl',
        'setting-ineffective',
        'plaintext-allowed',
      ],
      [
        'url?sslmode=disable beside ssl',
        (it) => ({ url: `postgres://a:b@127.0.0.1:${it.port}/c?sslmode=disable`, ...right(it) }),
        'uri sslmode',
        'sslmode-below-verify-full',
      ],
      [
        'nativeDriver',
        (it) => ({ ...right(it), nativeDriver: {} }),
        'option nativeDriver',
        'unobservable-driver',
      ],
      [
        "a driver that is not pg's",
        (it) => ({ ...right(it), driver: { Pool: 'none' } }),
        'option driver',
        'unobservable-driver',
      ],
      [
        'cockroachdb with sslmode in the url',
        (it) => ({
          type: 'cockroachdb',
          url: `postgres://a:b@127.0.0.1:${it.port}/c?sslmode=verify-full`,
        }),
        'uri sslmode',
        'setting-ineffective',
        'sslmode-missing',
      ],
    ]
    it.each(refused)('%s: refused by guard(), no socket', async (_, configure, from, ...rules) => {
      await using server = await hostile({ answer: 'refuse' })
      const options = { ...single, ...configure(server) } as DataSourceOptions
      const error = refusalOf(() => guard(options))
      expect(ruleList(error)).toEqual(rules)
      const [first] = error.violations
      expect(`${first?.origin.via} ${first?.origin.key}`).toBe(from)
      expect(error.report.driver).toBe('typeorm')
      expect(error.message).not.toContain(node(0).password)
      expect(server.connections).toEqual([])
    })

    it('top-level ssl does not reach a replica: it is named, and what would happen', () => {
      const { replication } = replicated(node(0), node(1))
      const slaves = [...replication.slaves, account(node(2))]
      const options = { ...right(), ...single, replication: { ...replication, slaves } }
      const error = refusalOf(() => guard(options))
      expect(error.report).toMatchObject({
        name: 'replication.slaves[1]',
        endpoint: { port: node(2).port },
      })
      expect(ruleList(error)).toEqual(['setting-ineffective', 'sslmode-missing'])
      expect(error.message).toContain(
        'typeorm never reads ssl; did you mean replication.slaves[1].ssl? Outcome: plaintext',
      )
      expect(error.message).toContain(
        'everything, the password included, would be sent unencrypted',
      )
    })

    it('master and replicas are refused at once, each by its name', () => {
      const seen = watch()
      const { replication } = replicated(node(0), node(1))
      const slaves = [account(node(1)), ...replication.slaves, { ...right(), ssl: false as never }]
      const options = { ...single, replication: { master: account(node(0)), slaves } }
      const error = refusalOf(() => guard(options))
      const names = ['replication.master', 'replication.slaves[0]', 'replication.slaves[2]']
      expect(error.reports.map(({ name }) => name)).toEqual(names)
      expect(seen).toEqual(error.reports)
      expect(ruleList(error)).toEqual(['sslmode-missing', 'sslmode-missing', 'plaintext-allowed'])
      expect(error.message.split('\n')[0]).toBe(
        `verify-full refused 3 connections: ${names.join(', ')}`,
      )
      for (const name of names) expect(error.message).toContain(`typeorm connection ${name} to 1`)
      expect(error.message).not.toContain(node(0).password)
    })

    it('a DataSource is refused too, and stays as it was', () => {
      const dataSource = open({ ...single, ...account() })
      const { postgres } = dataSource.driver as unknown as { postgres: unknown }
      expect(ruleList(refusalOf(() => guard(dataSource)))).toEqual(['sslmode-missing'])
      expect((dataSource.driver as unknown as { postgres: unknown }).postgres).toBe(postgres)
    })

    it('what is changed after guard() is refused by initialize(), without a socket', async () => {
      await using server = await hostile({ answer: 'refuse' })
      const error = await failureOf(
        open({ ...guard({ ...single, ...right() }), ...account(server), ssl: false }),
      )
      expect(ruleList(error)).toEqual(['plaintext-allowed'])
      expect(server.connections).toEqual([])
    })

    it('report-only publishes and lets it pass', async () => {
      const seen = watch()
      const server = node(0)
      await server.setHba(['hostnossl all all 127.0.0.1/32 scram-sha-256'])
      onTestFinished(() => server.setHba(['hostssl all all 127.0.0.1/32 scram-sha-256']))
      const dataSource = open(guard({ ...single, ...account() }, { reportOnly: true }))
      await dataSource.initialize()
      expect(await dataSource.query('select 1 as one')).toEqual([{ one: 1 }])
      expect(seen.length).toBeGreaterThan(0)
    })
  })

  describe('a server that is not what it should be', () => {
    const scripts: [string, () => Parameters<typeof hostile>[0], string][] = [
      ['offers no TLS', () => ({ answer: 'refuse' }), 'server-ssl-off'],
      [
        'shows the certificate of another CA',
        () => ({ tls: { certificate: set.certificate('rogue') } }),
        'certificate-not-verified',
      ],
      [
        'shows a certificate for another name',
        () => ({ tls: { certificate: set.certificate('wrong-name') } }),
        'hostname-not-verified',
      ],
    ]
    async function untouched(server: HostileServer): Promise<void> {
      await server.settled(server.connections.length)
      for (const { passwords, queries, raw, secure } of server.connections) {
        expect([passwords, queries, raw.length, secure.length]).toEqual([[], [], 0, 0])
      }
    }

    it.each(scripts)(
      "%s: initialize() rejects with the guard's own error",
      async (_, script, rule) => {
        await using server = await hostile(script())
        const seen = watch()
        const error = await failureOf(guard(open({ ...single, ...right(server) })))
        expect(ruleList(error)).toEqual([rule])
        expect(seen).toEqual([error.report])
        expect(seen[0]).toBe(error.report)
        expect(server.connections).toHaveLength(1)
        await untouched(server)
      },
    )

    it.each(scripts)(
      '%s, as one of three replicas: the good ones are left',
      async (_, script, rule) => {
        await using server = await hostile(script())
        for (const make of [
          (options: DataSourceOptions) => open(guard(options)),
          (options: DataSourceOptions) => guard(open(options)),
        ]) {
          const dataSource = make({ ...replicated(node(0), node(1), server, node(2)), ...FOREVER })
          const error = await failureOf(dataSource)
          expect(ruleList(error)).toEqual([rule])
          expect(error.report.name).toBe('replication.slaves[1]')
          await noneLeft()
        }
        await untouched(server)
      },
    )

    it('as master: the replicas, connected before it, are left', async () => {
      await using server = await hostile({ answer: 'refuse' })
      const error = await failureOf(
        open(guard({ ...replicated(server, node(1), node(2)), ...FOREVER })),
      )
      expect(error.report.name).toBe('replication.master')
      await noneLeft()
    })

    it('a replica that never answers does not outlive its limit', async () => {
      await using silent = await hostile({ answer: 'silence' })
      await using bad = await hostile({ answer: 'refuse' })
      const options = { ...replicated(node(0), silent, bad), ...FOREVER }
      const error = await failureOf(open(guard(options, { gateTimeoutMillis: 500 })))
      expect(error.report.name).toBe('replication.slaves[1]')
      await silent.settled(1)
      await noneLeft()
    })

    it('the same DataSource initializes when the server is mended', async () => {
      const server = node(2)
      await server.setSettings({ ssl: 'off' })
      const dataSource = guard(open({ ...replicated(node(0), node(1), server), ...FOREVER }))
      const error = await failureOf(dataSource)
      expect(error.report.name).toBe('replication.slaves[1]')
      await server.setSettings({ ssl: 'on' })
      await dataSource.initialize()
      expect((await verifySession(dataSource)).map(({ name }) => name)).toEqual([
        'replication.master',
        'replication.slaves[0]',
        'replication.slaves[1]',
      ])
      await dataSource.destroy()
      await noneLeft()
    })

    it.each([
      [
        'a query of its own',
        (dataSource: DataSource) => {
          // The first that it asks for; what fails it is the server.
          Object.assign(dataSource.driver, { createQueryRunner: failingOnce(dataSource) })
        },
        /terminat/i,
      ],
      [
        'its cache',
        (dataSource: DataSource) =>
          Object.assign(dataSource, {
            queryResultCache: { connect: () => Promise.reject(new Error('no cache')) },
          }),
        /no cache/,
      ],
    ] as const)('when all are connected and %s fails, all are left', async (_, spoil, message) => {
      const ways = [(options: DataSourceOptions) => guard(open(options))]
      // Options say nothing of the copy they will be given to: it is the one that the guard finds.
      if (module.DataSource === OwnDataSource) ways.push((options) => open(guard(options)))
      for (const make of ways) {
        const dataSource = make({ ...replicated(node(0), node(1), node(2)), ...FOREVER })
        spoil(dataSource)
        await expect(dataSource.initialize()).rejects.toThrow(message)
        expect(dataSource.isInitialized).toBe(false)
        await noneLeft()
      }
    })

    it('another DataSource of the same options goes on', async () => {
      const options = guard({ ...replicated(node(0), node(1), node(2)), ...FOREVER })
      const living = await open(options).initialize()
      await node(2).setSettings({ ssl: 'off' })
      onTestFinished(() => node(2).setSettings({ ssl: 'on' }))
      await Promise.all([failureOf(open(options)), failureOf(open(options))])
      await expect
        .poll(() => Promise.all(servers.map((server) => server.connections())))
        .toEqual([1, 1, 1])
      const { master, slaves } = living.driver as unknown as { master: pg.Pool; slaves: pg.Pool[] }
      for (const pool of [master, ...slaves]) {
        expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
      }
    })
  })

  describe('a living pool', () => {
    it('refuses 20 later connections, keeps the old one, and recovers', async () => {
      const server = node(1)
      const dataSource = await open(
        guard({ ...single, ...right(server), poolSize: 25 }),
      ).initialize()
      const { master: pool } = dataSource.driver as unknown as { master: pg.Pool }
      const old = dataSource.createQueryRunner()
      await old.query('select 1')
      await server.setSettings({ ssl: 'off' })
      const seen = watch()
      const settled = await Promise.allSettled(
        Array.from({ length: 20 }, () => dataSource.query('select 1')),
      )
      for (const result of settled) {
        const error: unknown = result.status === 'rejected' ? result.reason : undefined
        expect(error).toBeInstanceOf(PolicyError)
        expect(ruleList(error as PolicyError)).toEqual(['server-ssl-off'])
        expect(seen).toContain((error as PolicyError).report)
      }
      expect(seen).toHaveLength(20)
      expect([pool.totalCount, pool.idleCount, pool.waitingCount]).toEqual([1, 0, 0])
      expect(await old.query('select 1 as one')).toEqual([{ one: 1 }])
      await server.setSettings({ ssl: 'on' })
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => dataSource.query('select 1 as one')),
      )
      expect(answers).toEqual(answers.map(() => [{ one: 1 }]))
      await old.release()
    })

    it('checks the connection that replaces a killed one', async () => {
      const server = node(1)
      const quiet = { poolErrorHandler: () => {} }
      const dataSource = await open(guard({ ...single, ...right(server), ...quiet })).initialize()
      const sessions: object[] = []
      const push = (report: object) => sessions.push(report)
      events.on('verify-full:session', push)
      onTestFinished(() => events.off('verify-full:session', push))
      await server.admin(
        `select pg_terminate_backend(pid) from pg_stat_activity where usename = '${server.user}'`,
      )
      const { master: pool } = dataSource.driver as unknown as { master: pg.Pool }
      await expect.poll(() => pool.totalCount).toBe(0)
      expect(await dataSource.query('select 1 as one')).toEqual([{ one: 1 }])
      expect(sessions).toHaveLength(1)
    })
  })

  describe('what the caller brings', () => {
    it('a Client of its own is used, and guarded', async () => {
      let made = 0
      class Client extends pg.Client {
        constructor(config?: pg.ClientConfig) {
          super(config)
          made += 1
        }
      }
      const options = { ...single, ...right(), extra: { Client } }
      await (await open(guard(options)).initialize()).destroy()
      expect(made).toBeGreaterThan(0)
      await using server = await hostile({ answer: 'refuse' })
      const error = await failureOf(open(guard({ ...options, ...right(server) })))
      expect(ruleList(error)).toEqual(['server-ssl-off'])
    })

    it('a driver of its own that is pg is used, and loses native', async () => {
      const mine = Object.assign(Object.create(null), pg, { native: { Pool: class {} } }) as object
      const dataSource = open(guard({ ...single, ...right(), driver: mine }))
      await dataSource.initialize()
      expect((dataSource.driver as unknown as { postgres: object }).postgres).toMatchObject({
        native: undefined,
        types: pg.types,
      })
    })

    it('copies, merges and deep copies of guarded options are guarded', async () => {
      const options = guard({ ...single, ...right() })
      for (const copy of [
        { ...options },
        Object.assign({}, { retryAttempts: 3 }, options, { autoLoadEntities: true }),
        deepCopy(options) as typeof options,
      ]) {
        const dataSource = await open(copy).initialize()
        expect(await verifySession(dataSource)).toHaveLength(1)
        await dataSource.destroy()
      }
      const replication = deepCopy(guard(replicated(node(0), node(1))))
      const dataSource = await open(replication as DataSourceOptions).initialize()
      const reports = await verifySession(dataSource)
      expect(reports.map(({ name }) => name)).toEqual([
        'replication.master',
        'replication.slaves[0]',
      ])
    })

    it('gets back what it gave, by type', () => {
      const options = { ...single, ...right(), autoLoadEntities: true }
      expectTypeOf(guard(options)).toEqualTypeOf(options)
      const dataSource = open({ ...single, ...right() })
      expectTypeOf(guard(dataSource)).toEqualTypeOf(dataSource)
      expect(guard(dataSource)).toBe(dataSource)
      expect({ ...guard(options), driver: undefined }).toEqual({ ...options, driver: undefined })
    })

    it('guarding twice changes nothing; with another policy it is a mistake', () => {
      const options = guard({ ...single, ...right() })
      expect(guard(options)).toBe(options)
      const dataSource = open(options)
      expect(guard(dataSource)).toBe(dataSource)
      for (const target of [options, dataSource]) {
        expect(() => guard(target, { minimum: 'require' })).toThrow(
          new TypeError(
            'These options, or this DataSource, are guarded already, with another policy',
          ),
        )
      }
    })

    it('is told of misuse', async () => {
      const misuse = 'guard() takes a DataSource, or DataSource options'
      const guardAnything = guard as (target: unknown) => unknown
      for (const target of [undefined, null, 'postgres://', () => {}, {}, { type: 'mysql' }]) {
        expect(() => guardAnything(target)).toThrow(TypeError)
        expect(() => guardAnything(target)).toThrow(misuse)
      }
      expect(() => guardAnything({ type: 'aurora-postgres' })).toThrow(
        /aurora-postgres is not guarded: it is the RDS Data API over HTTPS/,
      )
      const guarded = guard({ ...single, ...right() }) as { driver?: { Client: object } }
      const Client = guarded.driver?.Client
      expect(() => guard({ ...single, ...right(), extra: { Client } })).toThrow(
        'extra.Client is guarded already',
      )
      expect(() => guard({ ...single, ...right(), driver: { ...pg, Client } })).toThrow(
        'driver is guarded already',
      )
      const dataSource = open({ ...single, ...right() })
      await expect(verifySession(dataSource)).rejects.toThrow(TypeError)
      await dataSource.initialize()
      expect(() => guard(dataSource)).toThrow(
        'guard(dataSource) must come before dataSource.initialize()',
      )
      await expect(verifySession(dataSource)).rejects.toThrow(TypeError)
    })
  })
})

/** The driver's own, whose first query ends its own backend. */
function failingOnce({ driver }: DataSource) {
  const create = driver.createQueryRunner.bind(driver)
  return (mode: 'master' | 'slave') => {
    const runner = create(mode)
    const getVersion = () => runner.query('select pg_terminate_backend(pg_backend_pid())')
    return Object.assign(runner, { getVersion })
  }
}

/** An option that only cockroachdb has, and that keeps it from a query of its own. */
const TRAVEL = { timeTravelQueries: false }

/** As configuration libraries copy: plain objects and arrays anew, everything else as it is. */
function deepCopy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(deepCopy)
  if (typeof value !== 'object' || value === null) return value
  if (Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, deepCopy(inner)]))
}
