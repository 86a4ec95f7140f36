/** What Knex hands to pg's Client, and what planKnex says of it, without connecting. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  definePolicy,
  judge,
  planKnex,
  planKnexRaw,
  readKnex,
  readKnexSettings,
} from '@verify-full/core'
import knex, { type Knex } from 'knex'
import pg from 'pg'
import { afterAll, describe, expect, test } from 'vitest'
import type { PgReading } from '../../packages/core/src/drivers/pg/plan.js'
import { shape, withEnv } from './held.js'
import { KNEX_CASES, type KnexCase } from './knex-cases.js'
import { CRL, PEM, PG_CASES, withDirectory } from './pg-cases.js'
import type { Held } from './pg-versions.js'

const dir = mkdtempSync(join(tmpdir(), 'verify-full-'))
for (const name of ['root.crt', 'client.crt', 'client.key']) writeFileSync(join(dir, name), PEM)
writeFileSync(join(dir, 'root.crl'), CRL)
afterAll(() => rmSync(dir, { recursive: true }))

type Effective = { readonly threw: boolean; readonly held?: object; readonly settings?: unknown }

/** The Client that Knex would connect, and the settings that it makes it of. */
function fromKnex(client: string, connection: unknown, env: Record<string, string>): Effective {
  try {
    return withEnv(env, () => {
      const instance = knex({ client, connection: connection as Knex.StaticConnectionConfig })
      const { driver, connectionSettings } = instance.client
      const { host, port, ssl, sslnegotiation }: Held = new driver.Client(connectionSettings)
        .connectionParameters
      const held = { host, port, negotiation: sslnegotiation ?? 'postgres', ssl: shape(ssl) }
      return { threw: false, held, settings: connectionSettings }
    })
  } catch {
    return { threw: true }
  }
}

function fromCore(reading: PgReading | undefined): Effective {
  if (!reading) throw new Error('no reading')
  if (reading.fatal !== undefined) return { threw: true }
  const { host, port, rootcert, sslcert, sslkey, ssl, negotiation } = reading
  const files = Object.entries({ ca: rootcert, cert: sslcert, key: sslkey })
  const named = files.flatMap(([key, file]) => (file ? [[key, 'text']] : []))
  const isObject = typeof ssl === 'object' && ssl !== null
  const whole = isObject ? { ...ssl, ...Object.fromEntries(named) } : ssl
  return { threw: false, held: { host, port, negotiation, ssl: shape(whole) } }
}

const strings = PG_CASES.flatMap((it): KnexCase[] => {
  const connection = it.config
  // Without a `connection` Knex opens none.
  return it.onlyPlan || connection === '' ? [] : [{ name: it.name, connection, env: it.env ?? {} }]
})

const KNEX_2_5 = process.env.VERIFY_FULL_KNEX === 'knex-2.5'

describe('Knex hands pg what readKnex says', () => {
  test.each([...strings, ...KNEX_CASES])('$name', ({ connection, env = {}, client = 'pg' }) => {
    const [ours, theirs] = [withDirectory(connection, dir), withDirectory(connection, dir)]
    const reading = readKnex({ client, connection: ours }, env)
    const { settings, ...effective } = fromKnex(client, theirs, env)
    const read = fromCore(reading)
    // The parser of Knex 2.5, pg-connection-string 2.6.1, does not hear a port in the query.
    const deaf = KNEX_2_5 && typeof ours === 'string' && /^postgres.*[?&]port=/.test(ours)
    const port = deaf ? { port: 5432 } : {}
    expect({ ...read, ...(read.held ? { held: { ...read.held, ...port } } : {}) }).toEqual(
      effective,
    )
    if (effective.threw) return
    // What the guarded Client reads when it is made is what was read from the configuration.
    const { ssl, fatal, negotiation } = readKnexSettings(settings, env)
    const inConfiguration = {
      ssl: reading?.ssl,
      fatal: reading?.fatal,
      negotiation: reading?.negotiation,
    }
    expect({ ssl: shape(ssl), fatal, negotiation }).toEqual({
      ...inConfiguration,
      ssl: shape(reading?.ssl),
    })
  })
})

// No server of theirs is tested against: what is known of them is what they hand to pg.
test.each(['cockroachdb', 'redshift'])('the dialect %s hands pg the same', (dialect) => {
  for (const { name, connection, env = {} } of KNEX_CASES) {
    const config = withDirectory(connection, dir)
    const { settings: _, ...read } = fromKnex(dialect, config, env)
    const { settings: __, ...asPg } = fromKnex('pg', config, env)
    expect(read, name).toEqual(asPg)
    const [ours, pgs] = [dialect, 'pg'].map((client) =>
      planKnex({ client, connection: config }, env),
    )
    expect(ours, name).toEqual(pgs)
  }
})

describe('planKnex', () => {
  test.each(KNEX_CASES)('$name', ({ connection, env = {}, plan, remarks = [] }) => {
    const config = { client: 'pg', connection: withDirectory(connection, dir) }
    const [only, ...more] = planKnex(config, env)
    expect(more).toEqual([])
    if (!only) throw new Error('no plan')
    const [transport] = only.transports
    const { kind } = transport
    const shown = kind === 'tls' ? `tls ${transport.verification} ${transport.roots.kind}` : kind
    expect(shown).toBe(plan)
    const noticed = only.remarks.map((it) => `${it.kind} ${it.origin.key}`)
    expect(noticed.sort()).toEqual([...remarks].sort())
    expect(JSON.stringify(only)).not.toMatch(/s3cret|ss@/)
  })
})

const rulesOf = (config: unknown, env = {}) =>
  planKnex(config, env).map((plan) =>
    judge({ plan }, definePolicy()).report.violations.map((it) => `${it.rule} ${it.origin.key}`),
  )
const URL = 'postgres://app:s3cret-pw@db.example.com/app'

test.each<[string, unknown, string[][]]>([
  ['a portable mode', `${URL}?sslmode=require`, [['sslmode-below-verify-full sslmode']]],
  ['a string in place of a configuration', URL, [['sslmode-missing ssl']]],
  [
    'a hidden end of a password',
    'pg://u:12/ss@db.example.com/app?sslmode=verify-full',
    [
      [
        'conninfo-misread connectionString',
        'conninfo-misread connectionString',
        'setting-ineffective sslmode',
        'sslmode-missing ssl',
      ],
    ],
  ],
  [
    'pgnative',
    { client: 'pgnative', connection: `${URL}?sslmode=verify-full` },
    [['unobservable-driver client', 'plaintext-allowed client']],
  ],
  [
    'pgnative, by its older name, and a function',
    { dialect: 'pgnative', connection: () => URL },
    [['unobservable-driver client', 'plaintext-allowed client']],
  ],
  [
    'ssl beside connection',
    { client: 'pg', ssl: true, connection: `${URL}?sslmode=verify-full` },
    [['setting-ineffective ssl']],
  ],
  [
    'sslmode beside a function',
    { client: 'pg', sslmode: 'verify-full', connection: () => URL },
    [['setting-ineffective sslmode', 'plaintext-allowed connection']],
  ],
  [
    'connectionPool',
    { client: 'pg', connectionPool: new pg.Pool({ host: 'db.example.com', ssl: true }) },
    [['unobservable-driver connectionPool']],
  ],
  [
    'a pool of tarn',
    { client: 'pg', connectionPool: {} },
    [['unobservable-driver connectionPool', 'sslmode-missing ssl']],
  ],
  [
    'a system store that Knex takes for a file',
    `${URL}?sslmode=verify-full&sslrootcert=system`,
    [['root-cert-unusable sslrootcert']],
  ],
  ['a function alone: judged when it has returned', { client: 'pg', connection: () => URL }, []],
  ['no connection: none is opened', { client: 'pg' }, []],
  [
    'an empty string, of which Knex makes a connection to the default host',
    { client: 'pg', connection: '' },
    [['conninfo-misread connectionString', 'sslmode-missing ssl']],
  ],
  ['nothing', undefined, []],
])('%s', (_, config, expected) => {
  expect(rulesOf(config)).toEqual(expected)
})

test('the portable meaning of an sslmode counts once', () => {
  const [plan] = planKnex(`${URL}?sslmode=require`, {})
  expect(plan?.sslmode?.origin).toBe(plan?.decidedBy)
})

test('what a string displaces is said with what displaced it', () => {
  const env = { PGSSLMODE: 'verify-full', PGSSLROOTCERT: '/etc/root.crt' }
  const [plan] = planKnex(`${URL}?sslmode=no-verify`, env)
  expect(plan?.discarded.map(({ origin, by }) => `${origin.key} by ${by.key}`)).toEqual([
    'PGSSLMODE by sslmode',
    'PGSSLROOTCERT by ca',
  ])
})

test('a connection that Knex did not open', () => {
  const plan = planKnexRaw(new pg.Client({ host: 'db.example.com', ssl: true }), {})
  expect(plan).toMatchObject({
    driver: 'knex',
    endpoint: { host: 'db.example.com', port: 5432 },
    transports: [{ kind: 'tls', verification: 'full' }],
    remarks: [{ kind: 'unobservable', origin: { key: 'connection()' } }],
  })
  expect(planKnexRaw(undefined, {}).remarks).toMatchObject([{ kind: 'unobservable' }, {}])
})

test('any value is read without an exception', () => {
  const hostile = new Proxy(
    {},
    {
      get: () => {
        throw new Error()
      },
      ownKeys: () => {
        throw new Error()
      },
    },
  )
  for (const value of [null, 5, [], () => {}, Symbol(), hostile]) {
    expect(() => planKnex(value, {})).not.toThrow()
    expect(() =>
      planKnex({ client: 'pg', connection: value, connectionPool: undefined }, {}),
    ).not.toThrow()
    expect(() => planKnex({ client: 'pg', connectionPool: value }, {})).not.toThrow()
    expect(() => planKnexRaw(value, {})).not.toThrow()
  }
})
