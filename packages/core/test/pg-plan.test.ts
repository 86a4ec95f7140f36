import { describe, expect, test } from 'vitest'
import { CRL, PEM } from '../../../test/drivers/pg-cases.js'
import { type PgHeld, planPgHeld } from '../src/drivers/pg/held.js'
import { planPg, planPgReading, readPg } from '../src/drivers/pg/plan.js'
import type { Plan, Transport } from '../src/model.js'

type Config = Parameters<typeof planPg>[0]
const plan = (config: Config, env: Record<string, string> = {}, version?: 'pg8' | 'pg9'): Plan => {
  const [only] = planPg(config, env, version)
  if (!only) throw new Error('no plan')
  return only
}
const URL = 'postgres://db.example.com/app'
const tls = ({ transports: [transport] }: Plan): Extract<Transport, { kind: 'tls' }> => {
  if (transport.kind !== 'tls') throw new Error(transport.kind)
  return transport
}
const lost = ({ discarded }: Plan): string[] =>
  discarded.map(({ origin, by, effect }) => `${origin.key} by ${by.key}: ${effect}`)

describe('what is discarded', () => {
  test.each<[string, Config, Record<string, string>, string[]]>([
    [
      'a CA by an sslmode',
      { connectionString: `${URL}?sslmode=verify-full`, ssl: { ca: PEM } },
      {},
      ['ssl.ca by sslmode: weaker'],
    ],
    [
      'a CA by disable',
      { connectionString: `${URL}?sslmode=disable`, ssl: { ca: PEM } },
      {},
      ['ssl.ca by sslmode: weaker'],
    ],
    [
      'a CA by another',
      { connectionString: `${URL}?sslrootcert=/r`, ssl: { ca: PEM } },
      {},
      ['ssl.ca by sslrootcert: same'],
    ],
    [
      'a lax option',
      { connectionString: `${URL}?sslmode=require`, ssl: { rejectUnauthorized: false } },
      {},
      ['ssl by sslmode: stricter'],
    ],
    [
      'a CA beside rejectUnauthorized: false',
      { connectionString: `${URL}?sslmode=require`, ssl: { ca: PEM, rejectUnauthorized: false } },
      {},
      ['ssl.ca by sslmode: weaker'],
    ],
    [
      'PGSSLMODE by ssl=',
      `${URL}?ssl=`,
      { PGSSLMODE: 'verify-full' },
      ['PGSSLMODE by ssl: weaker'],
    ],
    [
      'PGSSLMODE by an option',
      { ssl: false },
      { PGSSLMODE: 'require' },
      ['PGSSLMODE by ssl: weaker'],
    ],
    ['ssl by sslmode', `${URL}?ssl=0&sslmode=verify-full`, {}, ['ssl by sslmode: stricter']],
    ['PGSSLROOTCERT', `${URL}?ssl=1`, { PGSSLROOTCERT: '/r' }, ['PGSSLROOTCERT by ca: weaker']],
    ['PGSSLROOTCERT beside ssl.ca', { ssl: { ca: PEM } }, { PGSSLROOTCERT: '/r' }, []],
    ['sslcrl', `${URL}?sslmode=verify-full&sslcrl=/c`, {}, ['sslcrl by crl: weaker']],
    ['PGSSLCRL', { ssl: true }, { PGSSLCRL: '/c' }, ['PGSSLCRL by crl: weaker']],
    [
      'an option host',
      { connectionString: 'postgres:///d', host: 'h' },
      {},
      ['host by host: same'],
    ],
  ])('%s', (_, config, env, expected) => {
    expect(lost(plan(config, env))).toEqual(expected)
  })
})

describe('what is honoured although pg ignores it', () => {
  test('a displaced ssl.ca and ssl.crl', () => {
    const connectionString = `${URL}?sslmode=verify-full`
    const { roots, crl } = tls(plan({ connectionString, ssl: { ca: PEM, crl: CRL } }))
    expect(roots).toEqual({ kind: 'inline', pem: PEM, origin: { via: 'option', key: 'ssl.ca' } })
    expect(crl).toEqual({ kind: 'inline', pem: CRL, origin: { via: 'option', key: 'ssl.crl' } })
  })

  test('certificates are joined, and nothing else of the value is kept', () => {
    const key = PEM.replaceAll('CERTIFICATE', 'PRIVATE KEY')
    const { roots } = tls(plan({ ssl: { ca: [`# root\r\n${PEM}${key}`, Buffer.from(PEM)] } }))
    expect(roots).toMatchObject({ pem: PEM + PEM })
  })

  test.each<[string, Config, Record<string, string>]>([
    ['option', { host: 'h', hostaddr: '192.0.2.7' }, {}],
    ['string', 'postgres://h/d?hostaddr=192.0.2.7', { PGHOSTADDR: '192.0.2.8' }],
    ['environment', { host: 'h' }, { PGHOSTADDR: '192.0.2.7' }],
  ])('hostaddr of the %s', (_, config, env) => {
    expect(plan(config, env).endpoint).toMatchObject({ host: 'h', hostaddr: '192.0.2.7' })
  })

  test('minVersion and direct negotiation', () => {
    const config = { ssl: { minVersion: 'TLSv1.3' }, sslnegotiation: 'direct' }
    expect(tls(plan(config))).toMatchObject({ minTlsVersion: 'TLSv1.3', negotiation: 'direct' })
  })
})

describe('the written sslmode', () => {
  test('shares its origin with decidedBy, as the rules expect', () => {
    for (const it of [plan(`${URL}?sslmode=require`), plan({}, { PGSSLMODE: 'require' })]) {
      expect(it.sslmode?.mode).toBe('require')
      expect(it.decidedBy).toBe(it.sslmode?.origin)
    }
  })

  test.each([
    ['verify_full', 'verify_full', 'verify-full'],
    ['VERIFY-FULL', 'VERIFY-FULL', 'verify-full'],
    ['no-verify', 'no-verify', 'verify-full'],
    ['hunter2hunter2', undefined, undefined],
    ['requir e', undefined, undefined],
  ])('%s is shown only if it resembles one', (mode, written, meant) => {
    const [remark] = plan(`${URL}?sslmode=${encodeURIComponent(mode)}`).remarks
    expect(remark).toMatchObject({ kind: 'value-unknown', origin: { via: 'uri', key: 'sslmode' } })
    expect([remark?.written, remark?.meant]).toEqual([written, meant])
  })

  test('nothing written is decided by default', () => {
    expect(plan({}).decidedBy).toEqual({ via: 'default', key: 'ssl' })
  })
})

test.each([
  ['allow', 'none'],
  ['prefer', 'none'],
  ['require', 'none'],
  ['require&sslrootcert=/r', 'ca'],
  ['verify-ca', 'ca'],
  ['verify-full', 'full'],
  ['bogus', 'full'],
  ['no-verify', 'none'],
])('pg9, as announced: sslmode=%s verifies %s', (mode, verification) => {
  expect(tls(plan(`${URL}?sslmode=${mode}`, {}, 'pg9')).verification).toBe(verification)
})

describe('no part of a password is shown as a host', () => {
  test.each([
    'postgres://app:pa@sswordtail/x@db.example.com/d',
    'postgres://app:12/sswordtail@db.example.com/d',
    '//app:sswordtail@db.example.com/d',
    'app:sswordtail@db.example.com/d',
    'postgres://app%3Asswordtail%40db.example.com/d',
  ])('%s', (url) => {
    const it = plan(url)
    expect(JSON.stringify(it)).not.toContain('sswordtail')
    expect(it.remarks.some(({ kind }) => kind === 'string-misread')).toBe(true)
  })
})

describe('planPgHeld', () => {
  const config = { host: 'db.example.com', ssl: { ca: PEM } as Record<string, unknown> }
  const held = (change: Partial<PgHeld> = {}, ssl: unknown = config.ssl): PgHeld => ({
    host: config.host,
    port: 5432,
    ssl,
    connectionSsl: ssl,
    negotiation: 'postgres',
    observable: true,
    ...change,
  })
  const reading = readPg(config, {})

  test('agrees: the plan of the reading', () => {
    const expected = planPgReading(reading, {})
    expect(planPgHeld(held(), reading, {})).toEqual(expected)
    expect(planPgHeld(held({}, { ca: PEM }), reading, {})).toEqual(expected)
  })

  test.each<[string, PgHeld, string, string]>([
    ['client.ssl = false', held({ ssl: false }), 'plaintext', 'client.connection.ssl'],
    ['both false', held({}, false), 'plaintext', 'client.ssl'],
    [
      'connection.ssl = false',
      held({ connectionSsl: false }),
      'plaintext',
      'client.connection.ssl',
    ],
    ['another object', held({}, { rejectUnauthorized: false }), 'none', 'client.ssl'],
    ['the CA removed', held({}, {}), 'full', 'client.ssl'],
  ])('a mutation is judged: %s', (_, live, strength, key) => {
    const it = planPgHeld(live, reading, {})
    const [transport] = it.transports
    expect(transport.kind === 'tls' ? transport.verification : transport.kind).toBe(strength)
    expect(it.decidedBy).toEqual({ via: 'option', key })
    expect(lost(it)).toEqual([])
  })

  test('a mutation of the very object is judged', () => {
    const ssl: Record<string, unknown> = { ca: PEM }
    const early = readPg({ host: config.host, ssl }, {})
    ssl.rejectUnauthorized = false
    expect(tls(planPgHeld(held({}, ssl), early, {})).verification).toBe('none')
  })

  test('another host is judged, without the hostaddr of the first', () => {
    const early = readPg({ ...config, hostaddr: '192.0.2.7' }, {})
    const it = planPgHeld(held({ host: 'evil.example.com' }), early, {})
    expect(it.endpoint).toEqual({ kind: 'tcp', host: 'evil.example.com', port: 5432 })
    expect(tls(it).roots.kind).toBe('inline')
  })

  test('without a reading, and unobservable', () => {
    const it = planPgHeld(held({ observable: false }), undefined, {})
    expect(it.remarks).toEqual([
      { kind: 'unobservable', origin: { via: 'option', key: 'client.connection' } },
    ])
    expect(tls(it).roots.kind).toBe('inline')
  })
})
