import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readPg } from '../../packages/core/src/drivers/pg/plan.js'
import { runs } from '../support/runs.js'
import { pgVersions } from './pg-versions.js'

const words = [
  'sslmode',
  'ssl',
  'host',
  'port',
  'uselibpqcompat',
  'sslnegotiation',
  'SSLMODE',
  'pw',
]
const values = ['', 'true', '1', '0', 'disable', 'prefer', 'require', 'verify-ca', 'verify-full']
const more = [
  'no-verify',
  'allow',
  'direct',
  'postgres',
  '/tmp',
  'h1,h2',
  '70',
  '%2Ftmp',
  'a b',
  '%',
]
const schemes = [
  'postgres://',
  'POSTGRES://',
  'https://',
  'socket:',
  '',
  ' postgres://',
  'jdbc:x://',
]
const authorities = [
  'u:p@h',
  'h',
  'u:p@',
  '',
  'H:6000',
  '[::1]',
  'h1:1,h2:2',
  '%2Ftmp',
  'u:p?w@h',
  '%zz',
]
const paths = ['/d', '', '/d&sslmode=verify-full', '/a b', '/%E0%A4', '/d#x', '/d/@x']

const separators = fc.constantFrom('&', '&', '&', '&amp;', ';', '&?')
const pair = fc
  .tuple(separators, fc.constantFrom(...words), fc.constantFrom(...values, ...more))
  .map(([separator, key, value]) => `${separator}${key}=${value}`)
const url = fc
  .tuple(
    fc.constantFrom(...schemes),
    fc.constantFrom(...authorities),
    fc.constantFrom(...paths),
    fc.array(pair, { maxLength: 5 }),
  )
  .map(
    ([scheme, authority, path, pairs]) => `${scheme}${authority}${path}?${pairs.join('').slice(1)}`,
  )
const anyText = fc.oneof(
  { weight: 6, arbitrary: url },
  { weight: 1, arbitrary: fc.string() },
  { weight: 1, arbitrary: fc.webUrl({ withQueryParameters: true }) },
)
const environment = fc.record(
  {
    PGSSLMODE: fc.constantFrom(...values, 'no-verify', 'allow'),
    PGHOST: fc.constantFrom('', 'pghost', '/run'),
    PGPORT: fc.constantFrom('', '7', 'x'),
    PGSSLNEGOTIATION: fc.constantFrom('', 'direct', 'postgres'),
  },
  { requiredKeys: [] },
)
const options = fc.record(
  {
    host: fc.constantFrom('', 'other', '/sock'),
    port: fc.constantFrom(0, 9, '9', '', 'x'),
    ssl: fc.constantFrom(undefined, null, false, true, '', 'true', 'no-verify', 'x', 0, 1, {}),
    sslnegotiation: fc.constantFrom('', 'direct', 'postgres', 'x'),
  },
  { requiredKeys: [] },
)

type Env = Record<string, string>

function withEnv<T>(env: Env, run: () => T): T {
  const keys = ['PGSSLMODE', 'PGHOST', 'PGPORT', 'PGSSLNEGOTIATION']
  const before = keys.map((key) => [key, process.env[key]] as const)
  for (const key of keys) delete process.env[key]
  Object.assign(process.env, env)
  try {
    return run()
  } finally {
    for (const [key, value] of before) {
      if (value === undefined) delete process.env[key]
      else process.env[key] = value
    }
  }
}

const sslShape = (ssl: unknown): unknown =>
  typeof ssl === 'object' && ssl !== null
    ? Object.entries(ssl).map(([key, value]) => [key, typeof value === 'function' ? 'fn' : value])
    : ssl

describe('readPg and pg agree on random configurations', () => {
  const [{ pg } = { pg: undefined }] = pgVersions()
  if (!pg) throw new Error('pg is not installed')

  const effective = (config: unknown, env: Env) => {
    try {
      const { host, port, ssl, sslnegotiation } = withEnv(
        env,
        () => new pg.Client(config).connectionParameters,
      )
      return { host, port, ssl: sslShape(ssl), negotiation: sslnegotiation ?? 'postgres' }
    } catch {
      return 'threw'
    }
  }
  const read = (config: string | Record<string, unknown>, env: Env) => {
    const { host, port, ssl, negotiation, fatal } = readPg(config, env)
    return fatal === undefined ? { host, port, ssl: sslShape(ssl), negotiation } : 'threw'
  }

  test('strings', () => {
    fc.assert(
      fc.property(anyText, environment, (text, env) => {
        expect(read(text, env as Env)).toEqual(effective(text, env as Env))
      }),
      { numRuns: runs(4000) },
    )
  })

  test('options', () => {
    const config = fc.tuple(options, fc.option(anyText)).map(([rest, connectionString]) => ({
      ...rest,
      ...(connectionString === null ? {} : { connectionString }),
    }))
    fc.assert(
      fc.property(config, environment, (given, env) => {
        expect(read({ ...given }, env as Env)).toEqual(effective({ ...given }, env as Env))
      }),
      { numRuns: runs(4000) },
    )
  })
})
