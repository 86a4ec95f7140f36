import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import pg from 'pg'
import type { DataSourceOptions } from 'typeorm'
import { describe, expect, test } from 'vitest'
import {
  definePolicy,
  judge,
  type Plan,
  planTypeOrm,
  readPg,
  typeOrmPools,
} from '../../packages/core/src/index.js'
import { runs } from '../support/runs.js'
import { shape, withEnv } from './held.js'
import { PEM } from './pg-cases.js'
import type { Held } from './pg-versions.js'
import { TYPEORM_CASES, type TypeOrmCase } from './typeorm-cases.js'
import { type TypeOrmModule, typeOrm } from './typeorm-version.js'

/** What the real Client of each pool holds that TypeORM makes, master first; nothing connects. */
async function fromTypeOrm({ DataSource }: TypeOrmModule, it: TypeOrmCase): Promise<unknown[]> {
  const held: unknown[] = []
  class Pool extends pg.Pool {
    constructor(config?: pg.PoolConfig) {
      super(config)
      const { Client, options } = this as unknown as {
        Client: new (options: unknown) => { connectionParameters: Held }
        options: unknown
      }
      const { host, port, ssl } = withEnv(
        it.env ?? {},
        () => new Client(options).connectionParameters,
      )
      held.push({ host, port, ssl: shape(ssl) })
    }
    override connect(connected?: unknown): never {
      if (typeof connected === 'function') connected(undefined, {}, () => {})
      return undefined as never
    }
  }
  const driver = { ...pg, Pool }
  const dataSource = new DataSource({ ...it.options, driver } as unknown as DataSourceOptions)
  // No server: what TypeORM asks it after the pools are made has no answer.
  Object.assign(dataSource.driver, { version: '1', searchSchema: 'x', database: 'x' })
  await dataSource.driver.connect()
  const master = held.pop()
  return [master, ...held]
}

const fromCore = ({ options, env = {} }: TypeOrmCase): unknown[] =>
  typeOrmPools(options).map(({ config }) => {
    const { host, port, ssl, rootcert } = readPg(config, env)
    const whole = rootcert && typeof ssl === 'object' ? { ...ssl, ca: 'text' } : ssl
    return { host, port, ssl: shape(whole) }
  })

const { name, module, cli } = typeOrm()

describe(`${name} hands to pg what typeOrmPools says`, () => {
  // pg reads a file of that name; the plan takes it for libpq's keyword.
  const local = (it: TypeOrmCase): TypeOrmCase => ({
    ...it,
    options: JSON.parse(
      JSON.stringify(it.options, (_, value) =>
        value === undefined ? '(undefined)' : value,
      ).replaceAll('sslrootcert=system', 'sslrootcert=%2Fdev%2Fnull'),
      (_, value) => (value === '(undefined)' ? undefined : value),
    ),
  })

  test.each(TYPEORM_CASES)('$name', async (it) => {
    if (it.throws) {
      await expect(fromTypeOrm(module, local(it))).rejects.toThrow()
      return
    }
    expect(fromCore(local(it))).toEqual(await fromTypeOrm(module, local(it)))
  })
})

const named = ({ name }: Plan): string => (name === undefined ? '' : `${name}: `)

function described(plan: Plan): string {
  const [transport] = plan.transports
  const { via, key } = plan.decidedBy
  const by = via === 'default' ? `${key} default` : key
  if (transport.kind !== 'tls') return `${named(plan)}${transport.kind} <- ${by}`
  return `${named(plan)}tls ${transport.verification} ${transport.roots.kind} <- ${by}`
}

/** The configurations of the table that the default policy accepts: these, and no other. */
const BOTH = [
  'ssl: { ca }',
  'ssl: true',
  'extra.ssl alone',
  'extra.ssl with a CA beside ssl',
  'extra without ssl',
  'extra.host and port',
  'replication, each with ssl',
  'replication, extra.ssl reaches all and beats slave.ssl: false',
]
const ACCEPTED = [
  ...BOTH.map((name) => `postgres: ${name}`),
  ...BOTH.map((name) => `cockroachdb: ${name}`),
  'postgres: url and ssl',
  'postgres: url?sslmode=verify-full',
  'postgres: url?sslmode=verify-full keeps the CA of ssl (honoured)',
  'postgres: url hides host',
  'postgres: a socket directory',
  'cockroachdb: url and ssl',
  'cockroachdb: url without port',
  'cockroachdb: url without credentials',
  'cockroachdb: an @ in the password',
  'cockroachdb: an empty host',
  'cockroachdb: a port that is none',
  'PGSSLMODE',
  'PGSSLMODE=disable does not reach ssl',
  'PGHOST and PGPORT',
]

describe('planTypeOrm', () => {
  test.each(TYPEORM_CASES)('$name', ({ options, env = {}, plans, remarks = [] }) => {
    const planned = planTypeOrm(options, env)
    expect(planned.map(described)).toEqual(plans)
    const noticed = planned.flatMap((plan) =>
      plan.remarks.map(({ kind, origin }) => `${named(plan)}${kind} ${origin.key}`),
    )
    expect(noticed.sort()).toEqual([...remarks].sort())
    for (const plan of planned) {
      expect(plan.driver).toBe('typeorm')
      if (plan.sslmode) expect(plan.sslmode.origin).toBe(plan.decidedBy)
    }
  })

  test('nothing else is accepted than what is verified and unambiguous', () => {
    const accepted = ({ options, env = {} }: TypeOrmCase) =>
      planTypeOrm(options, env).every((plan) => judge({ plan }, definePolicy()).accepted)
    expect(TYPEORM_CASES.filter(accepted).map(({ name }) => name)).toEqual(ACCEPTED)
  })

  test('takes no ordinary option for a misspelt one', () => {
    const ordinary = {
      type: 'postgres',
      host: 'db.example.com',
      ssl: { ca: PEM },
      applicationName: 'app',
      cache: true,
      connectTimeoutMS: 1,
      database: 'app',
      dropSchema: false,
      entities: [],
      entityPrefix: 'x',
      entitySkipConstructor: true,
      extensions: ['postgis'],
      installExtensions: true,
      isolateWhereStatements: true,
      isolationLevel: 'SERIALIZABLE',
      logger: 'debug',
      logging: true,
      logNotifications: true,
      maxQueryExecutionTime: 1,
      maxTransactionRetries: 1,
      metadataTableName: 'x',
      migrations: [],
      migrationsRun: true,
      migrationsTableName: 'x',
      migrationsTransactionMode: 'all',
      name: 'default',
      namingStrategy: {},
      nativeDriver: false,
      parseInt8: true,
      poolErrorHandler: () => {},
      poolSize: 1,
      relationLoadStrategy: 'query',
      schema: 'app',
      subscribers: [],
      synchronize: false,
      timeTravelQueries: false,
      typename: 'x',
      useUTC: true,
      uuidExtension: 'pgcrypto',
    }
    expect(planTypeOrm(ordinary, {}).flatMap(({ remarks }) => remarks)).toEqual([])
  })

  test.each(['postgres', 'cockroachdb'])('%s: no message holds a password or a user', (type) => {
    const part = fc.string({ unit: fc.constantFrom(...'/?#@:%&=; ssl') })
    const options = fc.tuple(part, part).map(([before, after]) => ({
      type,
      url: `postgres://Us3r:${before}S3CRET${after}@db.example.com/app?sslmode=disable`,
      password: 'S3CRET',
      username: 'Us3r',
      extra: { password: 'S3CRET' },
    }))
    fc.assert(
      fc.property(options, (it) => {
        for (const plan of planTypeOrm(it, {})) {
          const text = JSON.stringify(judge({ plan }, definePolicy()).report)
          expect(text).not.toMatch(/S3CRET|Us3r/i)
        }
      }),
      { numRuns: runs(1000) },
    )
  })

  test('never throws, whatever it is given', () => {
    const bag = fc.object({
      key: fc.constantFrom(
        'type',
        'url',
        'ssl',
        'extra',
        'replication',
        'master',
        'slaves',
        'driver',
        'connectionString',
        'host',
      ),
      values: [
        fc.anything(),
        fc.constantFrom('postgres', 'cockroachdb', 'postgres://a:%@b/c?ssl=1'),
      ],
    })
    fc.assert(
      fc.property(fc.oneof(fc.anything(), bag), (options) => {
        expect(planTypeOrm(options, {}).length).toBeGreaterThan(0)
      }),
    )
  })
})

/** What stands in for the package: that it is installed is all that TypeORM looks at. */
const NATIVE = `
class PgNative { static Pool = class {} }
module.exports = PgNative
module.exports.version = '3.0.0'
`
const SWITCHED = `
const [typeorm, nativeDrivers] = JSON.parse(process.argv[1])
const { DataSource } = require(typeorm)
const { createRequire } = require('node:module')
const pg = createRequire(typeorm)('pg')
const switched = ({ driver }) => driver.postgres !== pg
console.log(JSON.stringify(nativeDrivers.map((options) =>
  switched(new DataSource({ type: 'postgres', ...options })))))
`

describe(`${name} switches to pg-native`, () => {
  const options = [{}, { nativeDriver: null }, { nativeDriver: false }, { nativeDriver: 'mine' }]
  const run = (nodePath: string): unknown => {
    const argument = JSON.stringify([cli.replace(/cli\.js$/, 'index.js'), options])
    const env = { ...process.env, NODE_PATH: nodePath }
    return JSON.parse(
      execFileSync(process.execPath, ['-e', SWITCHED, argument], { env, encoding: 'utf8' }),
    )
  }
  const planned = (pgNative: boolean) =>
    options.map((it) =>
      planTypeOrm({ type: 'postgres', ...it }, {}, { pgNative })[0]?.remarks.some(
        ({ kind }) => kind === 'unobservable',
      ),
    )

  test('where it is merely installed', () => {
    const dir = mkdtempSync(join(tmpdir(), 'verify-full-'))
    try {
      mkdirSync(join(dir, 'pg-native'))
      writeFileSync(join(dir, 'pg-native', 'index.js'), NATIVE)
      // 0.3 switches in spite of `nativeDriver: false` (`||`): the guard's driver has no native to switch to.
      expect(run(dir)).toEqual(
        name.startsWith('typeorm 0.3') ? [true, true, true, true] : [true, true, false, true],
      )
      expect(planned(true)).toEqual([true, true, false, true])
    } finally {
      rmSync(dir, { recursive: true })
    }
  })

  test('never where it is not', () => {
    expect(run('')).toEqual([false, false, false, false])
  })
})
