import { inspect } from 'node:util'
import { planKnex, readKnex, readKnexSettings } from '@verify-full/core'
import fc from 'fast-check'
import knex, { type Knex } from 'knex'
import { expect, test } from 'vitest'
import { runs } from '../support/runs.js'
import { shape, withEnv } from './held.js'

const SCHEMES = [
  'postgres',
  'POSTGRESQL',
  'pg',
  'cockroachdb',
  'redshift',
  'https',
  'mysql',
  'mssql',
  '1',
]
const AUTHORITIES = [
  'u:p@h',
  'h',
  'u:p@',
  '',
  'H:6000',
  '[::1]',
  'h1,h2',
  '%2Ftmp',
  'u:p?w@h',
  '%z',
]
const PATHS = ['/d', '', '/d&sslmode=verify-full', '/a b', '/%E0%A4', '/d#x', '/d/@x']
// `port`: Knex 2.5 does not hear it.
const KEYS = ['sslmode', 'ssl', 'host', 'uselibpqcompat', 'sslnegotiation', 'SSLMODE', 'pw']
const MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify']
const VALUES = [...MODES, '', 'true', '1', '0', 'direct', 'postgres', '/tmp', '%2Ftmp', 'a b', '%']

const pair = fc
  .tuple(fc.constantFrom('&', '&', ';', '&?'), fc.constantFrom(...KEYS), fc.constantFrom(...VALUES))
  .map(([separator, key, value]) => `${separator}${key}=${value}`)
const url = fc
  .tuple(
    fc.constantFrom(...SCHEMES),
    fc.constantFrom(...AUTHORITIES),
    fc.constantFrom(...PATHS),
    fc.array(pair, { maxLength: 5 }),
  )
  .map(([scheme, host, path, pairs]) => `${scheme}://${host}${path}?${pairs.join('').slice(1)}`)
const connection = fc.oneof(
  { weight: 8, arbitrary: url },
  { weight: 1, arbitrary: fc.string({ minLength: 1 }) },
  { weight: 1, arbitrary: url.map((connectionString) => ({ connectionString })) },
  {
    weight: 2,
    arbitrary: fc.record(
      {
        host: fc.constantFrom('', 'h', '/sock'),
        port: fc.constantFrom(0, 9, '9', ''),
        database: fc.constantFrom('d', null),
        sslmode: fc.constantFrom(...MODES, ''),
        ssl: fc.constantFrom(
          undefined,
          false,
          true,
          'true',
          'x',
          {},
          { rejectUnauthorized: false },
        ),
      },
      { requiredKeys: [] },
    ),
  },
)
const environment = fc.record(
  {
    PGSSLMODE: fc.constantFrom(...MODES, ''),
    PGHOST: fc.constantFrom('', 'pghost', '/run'),
    PGSSLNEGOTIATION: fc.constantFrom('', 'direct', 'postgres'),
  },
  { requiredKeys: [] },
)

const THREW = Symbol('threw')
const attempt = <T>(run: () => T): T | typeof THREW => {
  try {
    return run()
  } catch {
    return THREW
  }
}

test('readKnex and Knex agree on random connections', () => {
  fc.assert(
    fc.property(connection, environment, (given, env) => {
      const theirs = attempt(() =>
        withEnv(env, () => {
          const instance = knex({
            client: 'pg',
            connection: structuredClone(given) as Knex.Config['connection'],
          } as Knex.Config)
          const settings: unknown = instance.client.connectionSettings
          const { connectionParameters } = new instance.client.driver.Client(settings)
          const { host, port, ssl, sslnegotiation = 'postgres' } = connectionParameters
          return { held: { host, port, ssl: shape(ssl), negotiation: sslnegotiation }, settings }
        }),
      )
      const reading = readKnex({ client: 'pg', connection: given }, env)
      if (!reading) throw new Error('no reading')
      expect(reading.fatal === undefined).toBe(theirs !== THREW)
      if (theirs === THREW) return
      for (const read of [reading, readKnexSettings(theirs.settings, env)]) {
        const { host, port, ssl, negotiation } = read
        expect({ host, port, ssl: shape(ssl), negotiation }).toEqual(theirs.held)
      }
    }),
    { numRuns: runs(1000) },
  )
})

const SYMBOLS = '!$%^&*()_+-=[]{};:\'"\\|,.<>/?~#@` abcdefgXYZ0123456789'
const password = fc
  .string({ unit: fc.constantFrom(...SYMBOLS), minLength: 8, maxLength: 20 })
  .map((text) => `${text}Zq9x`)
const PLACES: readonly ((password: string) => string)[] = [
  (pw) => `postgres://app:${pw}@db.example.com/app?sslmode=verify-full`,
  (pw) => `pg://app:${pw}@db.example.com/app?sslmode=verify-full`,
  (pw) => `cockroachdb://app:${pw}@db.example.com/app?sslmode=${encodeURIComponent(pw)}`,
  (pw) => `redshift://db.example.com/app?password=${pw}&sslrootcert=x`,
  (pw) => `postgres://db.example.com/app?password=${encodeURIComponent(pw)}`,
  (pw) => `host=db.example.com password=${pw}`,
  (pw) => `${pw}://db.example.com/app?sslmode=verify-full`,
]

test('planKnex never shows a password', () => {
  fc.assert(
    fc.property(password, fc.constantFrom(...PLACES), (pw, place) => {
      const text = place(pw)
      for (const given of [
        text,
        { connectionString: text },
        { password: pw, host: 'h', [pw]: pw },
      ]) {
        const plan = planKnex({ client: 'pg', connection: given, password: pw, [pw]: pw }, {})
        const shown = JSON.stringify(plan) + inspect(plan, { depth: 20 })
        const pieces = pw.split(/[^A-Za-z0-9]+/).filter((piece) => piece.length > 6)
        for (const piece of [pw, encodeURIComponent(pw), ...pieces]) {
          expect(shown.includes(piece)).toBe(false)
        }
      }
    }),
    { numRuns: runs(500) },
  )
})
