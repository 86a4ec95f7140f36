import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { planPgHeld } from '../../packages/core/src/drivers/pg/held.js'
import { planPg, readPg } from '../../packages/core/src/drivers/pg/plan.js'
import { runs } from '../support/runs.js'
import { PEM } from './pg-cases.js'

const symbols = '!$%^&*()_+-=[]{};:\'"\\|,.<>/?~#@` '
const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
const password = fc
  .string({ unit: fc.constantFrom(...letters, ...symbols), minLength: 8, maxLength: 20 })
  // Not made of what a plan shows anyway.
  .map((text) => `${text}Zq9x`)

const KEYS = [
  'sslmode',
  'ssl',
  'SSLMODE',
  'sslrootcert',
  'host',
  'port',
  'hostaddr',
  'pw',
  'sslcrl',
]
const VALUES = ['verify-full', 'require', 'no-verify', '', 'true', '0', 'direct', 'h1,h2', '/tmp']
const query = fc
  .array(fc.tuple(fc.constantFrom(...KEYS), fc.constantFrom(...VALUES)), { maxLength: 4 })
  .map((pairs) => pairs.map((pair) => pair.join('=')).join('&'))

/** Places where people put passwords; unescaped too, which is how they end up elsewhere. */
const URLS: readonly ((password: string, query: string) => string)[] = [
  (pw, q) => `postgres://app:${pw}@db.example.com/app?${q}`,
  (pw, q) => `postgres://app:${encodeURIComponent(pw)}@db.example.com/app?${q}`,
  (pw, q) => `postgres://:${pw}@db.example.com/app?${q}`,
  (pw, q) => `postgres://db.example.com/app?${q}&password=${pw}`,
  (pw, q) => `postgres://db.example.com/app?password=${pw}&${q}`,
  (pw, q) => `postgres://db.example.com/app?password=${encodeURIComponent(pw)}&${q}`,
  (pw, q) => `postgres://db.example.com/app?${pw}&${q}`,
  (pw, q) => `postgres://db.example.com/app?${q}&sslmode=${pw}`,
  (pw, q) => `postgres://db.example.com/app?${q}&sslpassword=${pw}`,
  (pw, q) => `postgres://db.example.com/app?${q}&ssl=${pw}`,
  (pw, q) => `app:${pw}@db.example.com/app?${q}`,
  (pw, q) => `//app:${pw}@db.example.com/app?${q}`,
  (pw) => `host=db.example.com user=app password=${pw} sslmode=verify-full`,
  (pw) => `host=db.example.com user=app password='${pw}' sslmode=verify-full`,
]

const expectSilence = (plan: unknown, secret: string) => {
  const shown = JSON.stringify(plan) + inspect(plan, { depth: 20, showHidden: true })
  // Its pieces too: a separator in a password may end the host in the middle of it.
  const pieces = secret.split(/[^A-Za-z0-9]+/).filter((piece) => piece.length > 6)
  for (const text of [secret, encodeURIComponent(secret), ...pieces]) {
    expect(shown.includes(text)).toBe(false)
    expect(shown.includes(JSON.stringify(text).slice(1, -1))).toBe(false)
  }
}

describe('planPg never shows a password', () => {
  test('in a connection string', () => {
    fc.assert(
      fc.property(password, query, fc.constantFrom(...URLS), fc.boolean(), (pw, q, url, alone) => {
        const text = url(pw, q)
        const config = alone ? text : { connectionString: text, password: pw, ssl: { ca: PEM } }
        expectSilence(planPg(config, { PGPASSWORD: pw, PGSSLMODE: pw }), pw)
      }),
      { numRuns: runs(3000) },
    )
  })

  test('in options and environment', () => {
    fc.assert(
      fc.property(password, fc.constantFrom(...KEYS), (pw, key) => {
        const ssl = { passphrase: pw, key: pw, pfx: pw, cert: pw, ca: pw, crl: pw, [pw]: pw }
        const env = { PGPASSWORD: pw, PGSSLMODE: pw, PGHOSTADDR: pw, PGSSLNEGOTIATION: pw }
        const config = { host: 'db.example.com', password: pw, ssl, sslmode: pw, url: pw, [pw]: pw }
        expectSilence(planPg(config, env), pw)
        expectSilence(planPg({ ...config, ssl: pw, hostaddr: pw, sslnegotiation: pw }, env), pw)
        if (!/^ssl(rootcert|crl)|^host$/.test(key)) expectSilence(planPg({ [key]: pw }, env), pw)
      }),
      { numRuns: runs(1000) },
    )
  })
})

describe('planPg never throws', () => {
  test('on any string', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, pgsslmode) => {
        const env = { PGSSLMODE: pgsslmode, PGHOST: text }
        expect(planPg(text, env)).toHaveLength(1)
        expect(planPg(`postgres://${text}`, env, 'pg9')).toHaveLength(1)
      }),
      { numRuns: runs(2000) },
    )
  })

  test('on any options', () => {
    const names = [
      'connectionString',
      'host',
      'port',
      'ssl',
      'sslnegotiation',
      'hostaddr',
      'stream',
    ]
    const value = fc.anything({
      key: fc.constantFrom('ca', 'key', 'host', 'sslmode', 'ciphers', 'crl'),
      withBigInt: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withTypedArray: true,
    })
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), value), value, (config, held) => {
        expect(planPg(config, {})).toHaveLength(1)
        const reading = readPg(config, {})
        const live = { host: held, port: held, ssl: held, connectionSsl: held } as const
        planPgHeld({ ...live, negotiation: 'postgres', observable: false }, reading, {})
      }),
      { numRuns: runs(2000) },
    )
  })

  test('on getters and proxies that throw', () => {
    const refuse = () => {
      throw new Error('no')
    }
    const proxy = new Proxy(
      {},
      { get: refuse, has: refuse, ownKeys: refuse, getOwnPropertyDescriptor: refuse },
    )
    const getter = Object.defineProperty({}, 'ca', { get: refuse, enumerable: true })
    const whole = Object.defineProperty({}, 'ssl', { get: refuse, enumerable: true })
    for (const config of [
      proxy,
      { ssl: proxy },
      { ssl: getter },
      whole,
      { ssl: { ca: [proxy] } },
    ]) {
      expect(planPg(config, {})).toHaveLength(1)
    }
  })
})
