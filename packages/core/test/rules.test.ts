import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import {
  definePolicy,
  type Finding,
  formatViolations,
  judge,
  type Origin,
  type Plan,
  PolicyError,
  type PolicyOptions,
  type Remark,
  RULE_IDS,
  type RuleId,
  rules,
  type ServerPosture,
  type Session,
} from '@verify-full/core'
import { judgePosture, parseHba } from '@verify-full/core/offline'
import { describe, expect, it, test } from 'vitest'

const now = new Date('2026-11-24T00:00:00Z')
const origin: Origin = { via: 'uri', key: 'sslmode' }
const full = {
  kind: 'tls',
  verification: 'full',
  roots: { kind: 'unset' },
  negotiation: 'postgres',
} as const

const planned = (over: Partial<Plan> = {}): Plan => ({
  driver: 'pg',
  endpoint: { kind: 'tcp', host: 'db.example.com', port: 5432 },
  transports: [full],
  decidedBy: origin,
  discarded: [],
  remarks: [],
  unknown: [],
  ...over,
})
const remarked = (kind: Remark['kind'], written?: string): Plan =>
  planned({ remarks: [{ kind, origin, ...(written ? { written } : {}) }] })
const certificate = {
  subject: 'CN=db.example.com',
  issuer: 'CN=CA',
  names: ['DNS:db.example.com'],
  validFrom: new Date('2026-01-01'),
  validTo: new Date('2027-12-31'),
  fingerprint256: 'AA',
}
const tls13 = { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' }
const held = (over: Partial<Session> = {}): Session => ({
  driver: 'pg',
  endpoint: { kind: 'tcp', host: 'db.example.com', port: 5432 },
  local: { ...tls13, authorized: true, negotiation: 'postgres', certificate },
  server: { ssl: true, ...tls13, bits: 256, sameBackend: true },
  channelBinding: false,
  ...over,
})

const standing = (over: Partial<ServerPosture> = {}): { posture: ServerPosture } => ({
  posture: { endpoint: { kind: 'tcp', host: 'db.example.com', port: 5432 }, ...over },
})
const withHba = (text: string) => standing({ hba: parseHba(text).entries })
const withSettings = (settings: Record<string, string>) =>
  standing({
    settings: new Map(Object.entries(settings).map(([k, value]) => [k, { value, origin }])),
  })
const client = {
  pid: 1,
  user: 'app',
  database: 'app',
  application: 'psql',
  address: '10.0.0.1',
  ssl: false,
  startedAt: now,
  replication: false,
}

type Subject = { plan: Plan } | { session: Session } | { posture: ServerPosture }
type Case = [
  rule: RuleId,
  refuses: Subject,
  accepts: Subject,
  policy?: PolicyOptions,
  also?: Finding,
]
const soon = { ...certificate, validTo: new Date('2026-12-01') }
const loopback = { kind: 'tcp', host: '127.0.0.1', port: 5432 } as const
const onWire = (rule: RuleId): Case => [
  rule,
  { plan: planned() },
  { plan: planned() },
  {},
  { rule, origin },
]
const cases: readonly Case[] = [
  ['unobservable-driver', { plan: remarked('unobservable') }, { plan: planned() }],
  ['conninfo-misread', { plan: remarked('string-misread') }, { plan: planned() }],
  ['multi-host-unsupported', { plan: remarked('unsupported') }, { plan: planned() }],
  ['sslmode-unknown', { plan: remarked('key-unknown') }, { plan: planned() }],
  ['setting-ineffective', { plan: remarked('key-unread') }, { plan: planned() }],
  ['ssl-value-fatal', { plan: remarked('value-fatal') }, { plan: planned() }],
  ['ambient-override', { plan: remarked('ambient') }, { plan: planned() }],
  ['root-cert-unusable', { plan: remarked('roots-unusable') }, { plan: planned() }],
  ['roots-widened', { plan: remarked('roots-widened') }, { plan: planned() }],
  [
    'client-certificate-unusable',
    { plan: remarked('client-certificate-incomplete') },
    { plan: planned() },
  ],
  ['tls-delegated', { plan: remarked('tls-delegated') }, { plan: planned() }],
  [
    'hostname-not-verified',
    { plan: planned({ transports: [{ ...full, verification: 'ca' }] }) },
    { plan: planned() },
  ],
  [
    'certificate-not-verified',
    { plan: planned({ transports: [{ ...full, verification: 'none' }] }) },
    { plan: planned() },
  ],
  [
    'tls-version-too-low',
    { plan: remarked('tls-version', 'TLSv1.1') },
    { plan: remarked('tls-version', 'TLSv1.2') },
  ],
  ['cipher-without-encryption', { plan: remarked('ciphers-weak') }, { plan: planned() }],
  [
    'sslmode-below-verify-full',
    { plan: planned({ sslmode: { mode: 'require', origin } }) },
    { plan: planned({ sslmode: { mode: 'verify-full', origin } }) },
  ],
  [
    'plaintext-allowed',
    { plan: planned({ transports: [{ kind: 'plaintext' }] }) },
    { plan: planned({ transports: [{ kind: 'plaintext' }], endpoint: loopback }) },
    { local: 'accept-loopback' },
  ],
  [
    'sslmode-missing',
    {
      plan: planned({
        transports: [{ kind: 'plaintext' }],
        decidedBy: { via: 'default', key: 'ssl' },
      }),
    },
    { plan: planned() },
  ],
  [
    'session-not-ssl',
    {
      session: held({
        server: { ssl: false, version: null, cipher: null, bits: null, sameBackend: false },
      }),
    },
    { session: held() },
  ],
  [
    'session-mismatch',
    {
      session: held({
        server: { ssl: true, ...tls13, version: 'TLSv1.2', bits: 256, sameBackend: true },
      }),
    },
    { session: held() },
  ],
  [
    'channel-binding-missing',
    { session: held() },
    { session: held({ channelBinding: true }) },
    { channelBinding: 'require' },
  ],
  [
    'setting-discarded',
    {
      plan: planned({
        discarded: [{ origin: { via: 'option', key: 'ssl.ca' }, by: origin, effect: 'weaker' }],
      }),
    },
    { plan: planned() },
  ],
  [
    'certificate-expiring',
    {
      session: held({
        local: { ...tls13, authorized: true, negotiation: 'postgres', certificate: soon },
      }),
    },
    { session: held() },
  ],
  [
    'hba-trust',
    withHba('hostssl all all all trust'),
    withHba('host all all 127.0.0.1/32 trust\nhostssl all all all trust clientcert=verify-full'),
  ],
  [
    'hba-accepts-plaintext',
    withHba('host all all all md5'),
    withHba(
      'hostnossl all all all reject\nhost all all all md5\nhost replication all samehost md5',
    ),
  ],
  [
    'plaintext-session',
    standing({ sessions: [client] }),
    standing({ sessions: [{ ...client, ssl: true }] }),
  ],
  [
    'replica-drift',
    standing({ drift: [{ what: 'ssl', primary: 'on', replica: 'off' }] }),
    standing({ drift: [] }),
  ],
  [
    'server-ca-missing',
    withSettings({ ssl: 'on', ssl_ca_file: '' }),
    withSettings({ ssl: 'off', ssl_ca_file: 'root.crt' }),
    {
      dangerouslyAllow: [
        { rule: 'server-ssl-off', host: 'db.example.com', reason: 'x', until: '2027-01-01' },
      ],
    },
  ],
  ['server-ssl-off', withSettings({ ssl: 'off' }), withSettings({ ssl: 'on' })],
  [
    'tls-version-too-low',
    withSettings({ ssl_min_protocol_version: 'TLSv1' }),
    withSettings({ ssl_min_protocol_version: 'TLSv1.2' }),
  ],
  [
    'certificate-expired',
    standing({ certificate: { ...certificate, validTo: new Date('2026-11-01') } }),
    standing({ certificate }),
  ],
  ['certificate-expiring', standing({ certificate: soon }), standing({ certificate })],
  [
    'hba-accepts-plaintext',
    standing({ plaintextAnswer: 'accepted' }),
    standing({ plaintextAnswer: 'refused' }),
  ],
  ...(
    [
      'certificate-expired',
      'certificate-not-yet-valid',
      'certificate-revoked',
      'server-ssl-off',
      'handshake-failed',
    ] as const
  ).map(onWire),
]

function judged(subject: Subject, options: PolicyOptions, also?: Finding) {
  const policy = definePolicy(options)
  const circumstances = { now, ...(also ? { also: [also] } : {}) }
  return 'posture' in subject
    ? judgePosture(subject.posture, policy, circumstances)
    : judge(subject as { plan: Plan }, policy, circumstances)
}

test.each(cases)(
  '%s refuses one case and accepts the other',
  (id, refuses, accepts, policy = {}, also) => {
    const { report } = judged(refuses, policy, also)
    const reported = [...report.violations, ...report.warnings].filter(({ rule }) => rule === id)
    expect(reported).toHaveLength(1)
    for (const { expected, actual, fix } of reported) {
      for (const sentence of [expected, actual, fix]) {
        expect(sentence).not.toBe('')
        expect(sentence).not.toMatch(/undefined|\[object|\(\)/)
      }
    }
    const { accepted, report: good } = judged(accepts, policy)
    expect([...good.violations, ...good.warnings].map(({ rule }) => rule)).not.toContain(id)
    expect(accepted).toBeDefined()
  },
)

describe('the table of rules', () => {
  it('has every id once, in the order of RULE_IDS', () => {
    expect(rules.map(({ id }) => id)).toEqual(RULE_IDS)
  })
  it('has a case for every rule but waiver-expired, which has its own test', () => {
    const tested = new Set(cases.map(([id]) => id))
    expect(RULE_IDS.filter((id) => !tested.has(id))).toEqual(['waiver-expired'])
  })
  it('is documented rule by rule, in the same order', () => {
    const page = readFileSync(new URL('../../../docs/rules.md', import.meta.url), 'utf8')
    expect([...page.matchAll(/^## (.+)$/gm)].map(([, id]) => id)).toEqual(RULE_IDS)
  })
})

describe('judge', () => {
  const weak = planned({ transports: [{ ...full, verification: 'none' }] })
  const waiver = {
    rule: 'certificate-not-verified',
    host: 'DB.example.com',
    reason: 'migration',
  } as const

  it('waives one rule for one host until a date', () => {
    const { accepted, report } = judged(
      { plan: weak },
      { dangerouslyAllow: [{ ...waiver, until: '2027-01-01' }] },
    )
    expect(accepted).toBe(weak)
    expect(report.waived.map(({ reason }) => reason)).toEqual(['migration'])
  })
  it('turns an expired waiver into a violation beside the one it waived', () => {
    const { accepted, report } = judged(
      { plan: weak },
      { dangerouslyAllow: [{ ...waiver, until: '2026-01-01' }] },
    )
    expect(accepted).toBeUndefined()
    expect(report.violations.map(({ rule }) => rule)).toEqual([
      'waiver-expired',
      'certificate-not-verified',
    ])
  })
  it('does not waive the session with what is written about it', () => {
    const plan = planned({ transports: [{ kind: 'plaintext' }] })
    const allow = (...rules: ('plaintext-allowed' | 'session-not-ssl')[]) => ({
      dangerouslyAllow: rules.map((rule) => ({ ...waiver, rule, until: '2027-01-01' })),
    })
    const { report } = judged({ plan }, allow('plaintext-allowed'))
    expect(report).toMatchObject({
      violations: [{ rule: 'session-not-ssl', origin }],
      waived: [{ violation: { rule: 'plaintext-allowed' } }],
    })
    const both = judged({ plan }, allow('plaintext-allowed', 'session-not-ssl'))
    expect(both.accepted).toBe(plan)
  })
  it('names no plaintext where the driver throws first, and lets none through for a waiver of that', () => {
    const plan = planned({
      transports: [{ kind: 'plaintext' }],
      remarks: [{ kind: 'value-fatal', origin }],
    })
    const rulesOf = (options: PolicyOptions = {}) =>
      judged({ plan }, options).report.violations.map(({ rule }) => rule)
    expect(rulesOf()).toEqual(['ssl-value-fatal'])
    const value = { ...waiver, rule: 'ssl-value-fatal', until: '2027-01-01' } as const
    expect(rulesOf({ dangerouslyAllow: [value] })).toEqual(['plaintext-allowed'])
  })
  it('does not waive for another host', () => {
    const dangerouslyAllow = [{ ...waiver, host: 'other.example.com', until: '2027-01-01' }]
    expect(judged({ plan: weak }, { dangerouslyAllow }).accepted).toBeUndefined()
  })
  it('refuses nothing under reportOnly, and says so', () => {
    const { accepted, report } = judged({ plan: weak }, { reportOnly: true })
    expect(accepted).toBe(weak)
    expect(report).toMatchObject({
      enforced: false,
      violations: [{ rule: 'certificate-not-verified' }],
    })
  })
  it('refuses a unix socket when the policy does, whatever sslmode is written', () => {
    const unix = planned({
      endpoint: { kind: 'unix', path: '/run/postgresql/.s.PGSQL.5432' },
      transports: [{ kind: 'unix' }],
      sslmode: { mode: 'disable', origin },
    })
    expect(judged({ plan: unix }, {}).accepted).toBe(unix)
    expect(judged({ plan: unix }, { local: 'refuse' }).accepted).toBeUndefined()
  })
  it.each([
    ['require', 'none', true],
    ['verify-ca', 'none', false],
    ['verify-ca', 'ca', true],
    ['verify-full', 'ca', false],
  ] as const)(
    'with minimum %s a transport that verifies %s is accepted: %s',
    (minimum, verification, accepts) => {
      const plan = planned({ transports: [{ ...full, verification }] })
      expect(judged({ plan }, { minimum }).accepted !== undefined).toBe(accepts)
    },
  )
})

describe('PolicyError', () => {
  it('of several connections says which, then each as if it stood alone', () => {
    const reports = ['first', 'second'].map((name) => {
      const { report } = judged(
        { plan: { ...planned({ transports: [{ kind: 'plaintext' }] }), name } },
        {},
      )
      return report
    })
    const [first, second] = reports
    if (!first || !second) throw new Error('two reports')
    const error = new PolicyError('ERR_VERIFY_FULL_POLICY', [first, second])
    expect(error.message).toBe(
      ['verify-full refused 2 connections: first, second', ...reports.map(formatViolations)].join(
        '\n\n',
      ),
    )
    expect(error.reports).toEqual(reports)
    expect(error.report).toBe(first)
    expect(error.violations).toEqual([...first.violations, ...second.violations])
    const alone = new PolicyError('ERR_VERIFY_FULL_POLICY', [first])
    expect([alone.message, alone.reports]).toEqual([formatViolations(first), [first]])
    // What Node prints of an error that nobody catches has each violation once below the message.
    expect(inspect(alone).match(/ rule: /g)).toHaveLength(first.violations.length)
  })

  const two = 'sslmode is given more than once: which one counts depends on the reader.'
  it.each<[Remark, found: string, fix: string]>([
    [
      { kind: 'key-duplicated', origin },
      `${two} Outcome: verified TLS`,
      'leave one sslmode=verify-full and remove the others',
    ],
    [
      { kind: 'separator-broken', origin },
      'pg finds no sslmode behind a broken separator. Outcome: verified TLS',
      'write ? before the first parameter and & between the others, and nothing else: no &amp;, no ;, no second ?',
    ],
    [
      { kind: 'value-unknown', origin, written: 'reqire', meant: 'require' },
      'sslmode=reqire is not one that pg understands or obeys; did you mean require? Outcome: verified TLS',
      'write sslmode=verify-full',
    ],
    [
      { kind: 'unsupported', origin: { via: 'option', key: 'host' }, meant: 'one host' },
      'pg does not implement a list of hosts: it takes all of it for the name of one',
      'write one host, and configure one pool for each of the others',
    ],
    [
      { kind: 'unobservable', origin: { via: 'env', key: 'NODE_PG_FORCE_NATIVE' } },
      'NODE_PG_FORCE_NATIVE is in use: its TLS cannot be observed',
      'unset NODE_PG_FORCE_NATIVE: the JavaScript client is guarded',
    ],
  ])('says of %o what to write', (remark, actual, fix) => {
    const { violations } = judged({ plan: planned({ remarks: [remark] }) }, {}).report
    expect(violations).toMatchObject([{ actual, fix }])
  })

  it('lists every violation, most specific first, with origin and fix', () => {
    const plan = planned({
      transports: [{ kind: 'plaintext' }],
      decidedBy: { via: 'default', key: 'ssl' },
      remarks: [{ kind: 'key-unknown', origin: { via: 'uri', key: 'sslMode' }, meant: 'sslmode' }],
    })
    const { report } = judged({ plan }, {})
    const error = new PolicyError('ERR_VERIFY_FULL_POLICY', report)
    expect(error.message).toBe(formatViolations(report))
    expect(error.message).toMatchInlineSnapshot(`
      "verify-full refused the pg connection to db.example.com:5432: 2 violations

        sslmode-unknown
          expected  a keyword and a value that the driver knows
          found     sslMode is not one that pg understands or obeys; did you mean sslmode? Outcome: plaintext
          from      URL parameter sslMode
          fix       write sslmode in place of sslMode

        sslmode-missing
          expected  sslmode=verify-full
          found     no sslmode: everything, the password included, would be sent unencrypted
          from      nothing: no sslmode, ssl option or PGSSLMODE is set
          fix       append ?sslmode=verify-full&sslrootcert=/path/to/root.crt to the connection string, or pass ssl: { ca: fs.readFileSync('/path/to/root.crt', 'utf8') } without an sslmode"
    `)
  })
})
