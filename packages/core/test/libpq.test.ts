import { describe, expect, test } from 'vitest'
import { type LibpqConfig, planLibpq } from '../src/drivers/libpq/plan.js'
import { ConnInfoError } from '../src/errors.js'
import { judge } from '../src/judge.js'
import type { Endpoint, Plan, Transport } from '../src/model.js'
import { definePolicy } from '../src/policy.js'

type Env = Readonly<Record<string, string>>
type More = Omit<LibpqConfig, 'conninfo'>

const first = (conninfo: string, env: Env = {}, more: More = {}): Plan =>
  planLibpq({ conninfo, ...more }, env)[0]

const shown = (transport: Transport): string =>
  transport.kind === 'tls'
    ? `tls ${transport.verification} ${transport.roots.kind}`
    : transport.kind

const attempts = (plan: Plan): string => plan.transports.map(shown).join(', ')

const dialled = (endpoint: Endpoint): string => {
  if (endpoint.kind === 'unix') return endpoint.path
  const { host, hostaddr, port } = endpoint
  return hostaddr === undefined ? `${host}:${port}` : `${host}=${hostaddr}:${port}`
}

const service = {
  files: [
    { file: 'pg_service.conf', text: '[app]\nhost=s\nsslmode=verify-full\nport=7\n' },
    { file: 'system.conf', text: '[app]\nhost=t\n[shared]\nhost=u\n' },
  ],
  complete: true,
}

describe('sslmode', () => {
  test.each<[conninfo: string, attempts: string, env?: Env, more?: More]>([
    ['host=h', 'tls none unset, plaintext'],
    ['host=h sslmode=disable', 'plaintext'],
    ['host=h sslmode=allow', 'plaintext, tls none unset'],
    ['host=h sslmode=prefer', 'tls none unset, plaintext'],
    ['host=h sslmode=require', 'tls none unset'],
    ['host=h sslmode=verify-ca', 'tls ca unset'],
    ['host=h sslmode=verify-full', 'tls full unset'],
    ['host=h sslrootcert=r', 'tls ca file, plaintext'],
    ['host=h sslmode=disable sslrootcert=r', 'plaintext'],
    ['host=h sslmode=allow sslrootcert=r', 'plaintext, tls ca file'],
    ['host=h sslmode=require sslrootcert=r', 'tls ca file'],
    ['host=h sslmode=verify-ca sslrootcert=r', 'tls ca file'],
    ['host=h sslmode=verify-full sslrootcert=r', 'tls full file'],
    ["host=h sslmode=require sslrootcert=''", 'tls none unset'],
    ['host=h sslrootcert=system', 'tls full system'],
    ['host=h sslrootcert=system sslmode=verify-full', 'tls full system'],
    ['host=h sslrootcert=system', 'tls ca file, plaintext', {}, { version: 15 }],
    ['postgres://h?ssl=true', 'tls none unset'],
    ['postgres://h?requiressl=1', 'tls none unset'],
    ['host=h', 'tls none unset', { PGREQUIRESSL: '1' }],
    ['host=h', 'tls none unset, plaintext', { PGREQUIRESSL: '0' }],
    ['host=h', 'plaintext', { PGREQUIRESSL: '1', PGSSLMODE: 'disable' }],
    ['host=h', 'tls full unset', { PGSSLMODE: 'verify-full' }],
    ['host=h sslmode=disable', 'plaintext', { PGSSLMODE: 'verify-full' }],
    ['host=h sslmode=require', 'tls ca file', { PGSSLROOTCERT: 'r' }],
    ['host=h', 'tls full system', { PGSSLROOTCERT: 'system' }],
    ['host=h sslmode=verify-full gssencmode=require', 'gss'],
    ['host=h sslmode=verify-full gssencmode=prefer', 'tls full unset'],
    ['host=h sslmode=verify-full', 'gss', { PGGSSENCMODE: 'require' }],
    ['host=/run gssencmode=require', 'unix'],
    ['host=/run sslmode=verify-full', 'unix'],
    ['', 'unix', { PGSSLMODE: 'require' }],
    ['', 'tls none unset, plaintext', { PGHOST: 'h' }],
  ])('%s is [%s] %j', (conninfo, expected, env, more) => {
    expect(attempts(first(conninfo, env, more))).toBe(expected)
  })

  test('is the written one, with where it was written', () => {
    const origin = { via: 'env', key: 'PGSSLMODE' }
    const plan = first('host=h', { PGSSLMODE: 'require' })
    expect(plan).toMatchObject({ sslmode: { mode: 'require', origin }, decidedBy: origin })
    expect(plan.decidedBy).toBe(plan.sslmode?.origin)
    expect(first('postgres://h?ssl=true').decidedBy).toEqual({ via: 'uri', key: 'ssl' })
    const silent = first('host=h')
    expect(silent.decidedBy).toEqual({ via: 'default', key: 'sslmode' })
    expect(silent).not.toHaveProperty('sslmode')
    expect(first('host=/run sslmode=require').sslmode?.mode).toBe('require')
  })
})

test('GSSAPI encryption is refused, whatever sslmode stands beside it', () => {
  const plan = first('host=h sslmode=verify-full gssencmode=require')
  expect(judge({ plan }, definePolicy()).report.violations).toEqual([
    expect.objectContaining({
      rule: 'plaintext-allowed',
      origin: { via: 'keyword', key: 'gssencmode' },
      fix: expect.stringMatching(/^remove gssencmode; /),
    }),
  ])
})

describe('hosts', () => {
  test.each<[conninfo: string, dialled: string, env?: Env, more?: More]>([
    ['postgres://a:1,b:2', 'a:1 b:2'],
    ['postgres://a,b:2', 'a:5432 b:2'],
    ['postgres://a,b/db?port=7', 'a:7 b:7'],
    ['host=a,b port=1', 'a:1 b:1'],
    ['host=a,b port=', 'a:5432 b:5432'],
    ['host=a hostaddr=10.0.0.1 port=1', 'a=10.0.0.1:1'],
    ['hostaddr=10.0.0.1,10.0.0.2', '10.0.0.1=10.0.0.1:5432 10.0.0.2=10.0.0.2:5432'],
    ['host=a,b hostaddr=10.0.0.1,', 'a=10.0.0.1:5432 b:5432'],
    ['host=a,,/run,@x', 'a:5432 /tmp /run @x'],
    ['', '/tmp'],
    ['', '/var/run/postgresql', {}, { socketDirectory: '/var/run/postgresql' }],
    ["host=''", '/tmp', { PGHOST: 'h' }],
    ['', 'h:7', { PGHOST: 'h', PGPORT: '7' }],
    ['host=a', 'a=::1:5432', { PGHOSTADDR: '::1' }],
    ['postgres://[fe80::1%25eth0]:1', 'fe80::1%eth0:1'],
    ["host=a port=' +1 '", 'a:1'],
  ])('%s dials %s %j', (conninfo, expected, env = {}, more = {}) => {
    const plans = planLibpq({ conninfo, ...more }, env)
    expect(plans.map(({ endpoint }) => dialled(endpoint)).join(' ')).toBe(expected)
  })

  test.each([
    'postgres://user:pa@ss@host/db',
    'postgres://user:pa@@ss@host/db',
    'postgres://user@host%23ss',
    "host='a b'",
  ])('%s: what may be a piece of a password is not shown', (conninfo) => {
    const [{ endpoint, remarks }] = planLibpq({ conninfo }, {})
    expect(JSON.stringify(endpoint)).toContain('(unreadable host)')
    expect(remarks).toMatchObject([{ kind: 'string-misread', origin: { key: 'host' } }])
  })
})

describe('refusals', () => {
  test.each<[conninfo: string, reason: string, env?: Env, more?: More]>([
    ['host=a,b hostaddr=::1', 'host and hostaddr differ in length'],
    ['host=a,b,c port=1,2', 'host and port differ in length'],
    ['port=1,2', 'host and port differ in length'],
    ['host=a port=0', 'port is not a number from 1 to 65535'],
    ['host=a port=65536', 'port is not a number from 1 to 65535'],
    ['host=a port=1x', 'port is not a number from 1 to 65535'],
    ['sslmode=verify_full', 'sslmode is none of disable, allow, prefer,'],
    ['sslmode=VERIFY-FULL', 'sslmode is none of'],
    ['sslmode=', 'sslmode is none of'],
    ['', 'PGSSLMODE is none of', { PGSSLMODE: '' }],
    ['sslnegotiation=requiredirect', 'sslnegotiation is none of postgres, direct'],
    ['gssencmode=x', 'gssencmode is none of'],
    ['sslnegotiation=direct', 'sslnegotiation=direct needs sslmode=require or stronger'],
    ['sslnegotiation=direct sslmode=allow', 'sslnegotiation=direct needs sslmode=require'],
    ['sslnegotiation=direct', 'libpq has no such keyword', {}, { version: 16 }],
    ['sslrootcert=system sslmode=require', 'sslrootcert=system needs sslmode=verify-full'],
    ['', 'sslrootcert=system needs', { PGSSLROOTCERT: 'system', PGSSLMODE: 'verify-ca' }],
    ['', 'sslrootcert=system needs', { PGSSLROOTCERT: 'system', PGREQUIRESSL: '1' }],
    ['ssl_min_protocol_version=TLSv1.4', 'ssl_min_protocol_version is none of TLSv1,'],
    ['ssl_max_protocol_version=SSLv3', 'ssl_max_protocol_version is none of TLSv1,'],
    ['ssl_max_protocol_version=TLSv1.1', 'ssl_min_protocol_version is above'],
    ['postgres://%', '"%" is not followed by two hexadecimal digits'],
  ])('%s: %s %j', (conninfo, reason, env = {}, more = {}) => {
    const run = () => planLibpq({ conninfo, ...more }, env)
    expect(run).toThrow(ConnInfoError)
    expect(run).toThrow(reason)
  })
})

describe('the TLS transport', () => {
  const tls = (conninfo: string, env?: Env) => first(conninfo, env).transports[0]

  test('keeps its default floor of TLS 1.2 unless one is written', () => {
    expect(tls('host=h')).toMatchObject({ minTlsVersion: 'TLSv1.2', negotiation: 'postgres' })
    expect(tls('host=h ssl_min_protocol_version=tlsv1')).toMatchObject({ minTlsVersion: 'TLSv1' })
    expect(tls("host=h ssl_min_protocol_version=''")).not.toHaveProperty('minTlsVersion')
  })

  test('names its files and where they are written', () => {
    expect(tls('host=h sslmode=verify-full sslcrl=c', { PGSSLROOTCERT: 'r' })).toEqual({
      kind: 'tls',
      verification: 'full',
      roots: { kind: 'file', path: 'r', origin: { via: 'env', key: 'PGSSLROOTCERT' } },
      crl: { kind: 'file', path: 'c', origin: { via: 'keyword', key: 'sslcrl' } },
      minTlsVersion: 'TLSv1.2',
      negotiation: 'postgres',
    })
  })

  test('is direct where sslnegotiation says so', () => {
    expect(tls('host=h sslmode=require sslnegotiation=direct')).toMatchObject({
      negotiation: 'direct',
    })
  })
})

describe('precedence', () => {
  test('string, service, environment', () => {
    const [plan] = planLibpq(
      { conninfo: 'service=app port=8' },
      { PGHOST: 'e', PGSSLMODE: 'disable' },
      service,
    )
    expect(plan.endpoint).toEqual({ kind: 'tcp', host: 's', port: 8 })
    expect(plan.sslmode).toEqual({
      mode: 'verify-full',
      origin: { via: 'service', key: 'sslmode', at: { file: 'pg_service.conf', line: 3 } },
    })
    expect(plan.discarded).toEqual([])
  })

  test('PGSSLMODE is reported where the string is weaker', () => {
    const origin = { via: 'env', key: 'PGSSLMODE' }
    const by = { via: 'keyword', key: 'sslmode' }
    const env = { PGSSLMODE: 'verify-full' }
    expect(first('host=h sslmode=require', env).discarded).toEqual([
      { origin, by, effect: 'weaker' },
    ])
    expect(first('host=h sslmode=verify-full', { PGSSLMODE: 'disable' }).discarded).toEqual([])
  })

  test('the last duplicate of a string counts', () => {
    const plan = first('postgres://h?sslmode=verify-full&requiressl=1&application_name=a')
    const [origin, by] = [
      { via: 'uri', key: 'sslmode' },
      { via: 'uri', key: 'requiressl' },
    ]
    expect(attempts(plan)).toBe('tls none unset')
    expect(plan.discarded).toEqual([{ origin, by, effect: 'weaker' }])
    expect(plan.remarks).toEqual([{ kind: 'key-duplicated', origin: by, written: 'sslmode' }])
  })

  test('a duplicate that decides nothing is discarded without a remark', () => {
    const plan = first('host=h application_name=a application_name=b')
    expect(plan.discarded).toMatchObject([{ effect: 'same' }])
    expect(plan.remarks).toEqual([])
  })

  test('the first duplicate of a service counts', () => {
    const text = '[app]\nhost=h\nsslmode=require\nsslmode=verify-full\n'
    const [plan] = planLibpq(
      { conninfo: 'service=app' },
      {},
      { ...service, files: [{ file: 'f', text }] },
    )
    expect(attempts(plan)).toBe('tls none unset')
    expect(plan.discarded).toMatchObject([{ origin: { at: { line: 4 } }, effect: 'weaker' }])
  })

  test('a service is looked for in one file after the other; one that is named has to be there', () => {
    const host = (name: string) =>
      planLibpq({ conninfo: `service=${name}` }, {}, service)[0].endpoint
    expect(host('app')).toMatchObject({ host: 's' })
    expect(host('shared')).toMatchObject({ host: 'u' })
    const missing = { ...service, files: [{ file: 'f' }] }
    expect(() => planLibpq({ conninfo: 'service=app' }, {}, missing)).toThrow(
      'the service file cannot be read',
    )
  })

  test('a service without its file is unknown; one that is not in it is refused', () => {
    const env = { PGSERVICE: 'app', PGHOST: 'h' }
    expect(first('', env).unknown).toEqual([{ via: 'env', key: 'PGSERVICE' }])
    expect(() => planLibpq({ conninfo: 'service=other' }, {}, service)).toThrow(
      'no service file defines the service',
    )
    const elsewhere = { ...service, complete: false }
    const [plan] = planLibpq({ conninfo: 'service=other' }, {}, elsewhere)
    expect(plan.unknown).toEqual([{ via: 'keyword', key: 'service' }])
  })
})
