import { describe, expect, test } from 'vitest'
import { ConnInfoError, definePolicy, formatTransports, judge, type Plan } from '../src/index.js'
import {
  planAsyncpg,
  planDrizzleKit,
  planJdbc,
  planMikroOrm,
  planPgx,
  planPrisma,
  planSequelize,
  planSlonik,
} from '../src/offline.js'

const policy = definePolicy()
const rulesOf = (plan: Plan) => judge({ plan }, policy).report.violations.map(({ rule }) => rule)
const shown = (plans: readonly Plan[]) =>
  plans.map((plan) => `${formatTransports(plan)}${rulesOf(plan).length > 0 ? '' : ', accepted'}`)

type Row = readonly [parameters: string, outcome: string]

describe('planJdbc', () => {
  // https://jdbc.postgresql.org/documentation/ssl/ and SslMode.java
  test.each<Row>([
    ['', 'tls(none), then plaintext'],
    ['?ssl=true', 'tls(full), accepted'],
    ['?ssl', 'tls(full), accepted'],
    ['?ssl=false', 'tls(none), then plaintext'],
    ['?sslmode=disable', 'plaintext'],
    ['?sslmode=allow', 'plaintext, then tls(none)'],
    ['?sslmode=prefer', 'tls(none), then plaintext'],
    ['?sslmode=require', 'tls(none)'],
    ['?sslmode=require&sslrootcert=root.crt', 'tls(none)'],
    ['?sslmode=verify-ca', 'tls(ca)'],
    ['?sslmode=VERIFY-FULL', 'tls(full), accepted'],
    ['?sslmode=verify-full&sslrootcert=root.crt', 'tls(full), accepted'],
    ['?sslmode=verify-full&sslfactory=org.postgresql.ssl.NonValidatingFactory', 'tls(none)'],
    ['?ssl=true&sslfactory=org.postgresql.ssl.NonValidatingFactory', 'tls(none)'],
    ['?sslmode=verify-full&sslhostnameverifier=com.example.Any', 'tls(full)'],
    ['?sslmode=verify-full&sslfactory=com.example.Factory', 'tls(full)'],
    ['?sslMode=verify-full', 'tls(none), then plaintext'],
  ])('%s is %s', (parameters, outcome) => {
    expect(shown(planJdbc(`jdbc:postgresql://db.example.com/app${parameters}`, {}))).toEqual([
      outcome,
    ])
  })

  test('several hosts are several plans, and a port is behind the last colon', () => {
    const plans = planJdbc('jdbc:postgresql://a.example.com:5433,[::1]/app?ssl=true', {})
    expect(plans.map(({ endpoint }) => endpoint)).toEqual([
      { kind: 'tcp', host: 'a.example.com', port: 5433 },
      { kind: 'tcp', host: '::1', port: 5432 },
    ])
  })

  test('PGSSLMODE is not read, and said so', () => {
    const [plan] = planJdbc('jdbc:postgresql:app', { PGSSLMODE: 'verify-full' })
    expect(rulesOf(plan)).toEqual(['setting-ineffective', 'sslmode-missing'])
  })

  test.each([
    'postgres://db.example.com/app',
    'jdbc:mysql://db.example.com/app',
    'jdbc:postgresql://app:hunter2@db.example.com/app',
    'jdbc:postgresql://db.example.com/app?sslmode=verify_full',
    'jdbc:postgresql://db.example.com/app?user=%E0%A4%A',
  ])('%s is refused, without quoting it', (url) => {
    expect(() => planJdbc(url, {})).toThrow(ConnInfoError)
    expect(() => planJdbc(url, {})).not.toThrow(/hunter2|example/)
  })
})

describe('planPgx', () => {
  // https://pkg.go.dev/github.com/jackc/pgx/v5/pgconn#ParseConfig
  test.each<Row>([
    ['', 'tls(none), then plaintext'],
    ['?sslmode=disable', 'plaintext'],
    ['?sslmode=allow', 'plaintext, then tls(none)'],
    ['?sslmode=require', 'tls(none)'],
    ['?sslmode=require&sslrootcert=root.crt', 'tls(ca)'],
    ['?sslmode=verify-full&pool_max_conns=4', 'tls(full), accepted'],
    ['?pool_max_conns=4', 'tls(none), then plaintext'],
    ['?ssl=true', 'tls(none), then plaintext'],
  ])('%s is %s', (parameters, outcome) => {
    expect(shown(planPgx(`postgres://db.example.com/app${parameters}`, {}))).toEqual([outcome])
  })

  test('a keyword string and PGSSLMODE are read', () => {
    expect(shown(planPgx('host=db.example.com', { PGSSLMODE: 'verify-full' }))).toEqual([
      'tls(full), accepted',
    ])
    expect(() => planPgx('postgres://db.example.com/app?sslmode=verify_full', {})).toThrow(
      ConnInfoError,
    )
  })
})

describe('planAsyncpg', () => {
  // https://magicstack.github.io/asyncpg/current/api/index.html#asyncpg.connection.connect
  test.each<Row>([
    ['', 'tls(none), then plaintext'],
    ['?sslmode=allow', 'plaintext, then tls(none)'],
    ['?sslmode=require', 'tls(none)'],
    ['?sslmode=require&sslrootcert=root.crt', 'tls(ca)'],
    ['?sslmode=verify_full', 'tls(full), accepted'],
    ['?sslmode=verify-full', 'tls(full), accepted'],
    ['?ssl=require', 'tls(none), then plaintext'],
  ])('%s is %s', (parameters, outcome) => {
    expect(shown(planAsyncpg(`postgresql://db.example.com/app${parameters}`, {}))).toEqual([
      outcome,
    ])
  })

  test('sslrootcert=system is a file of that name', () => {
    const [plan] = planAsyncpg('postgres://db/app?sslmode=verify-full&sslrootcert=system', {})
    expect(plan.transports[0]).toMatchObject({ roots: { kind: 'file', path: 'system' } })
  })

  test('a keyword string is refused', () => {
    expect(() => planAsyncpg('host=db.example.com password=hunter2', {})).toThrow(ConnInfoError)
  })
})

describe('planPrisma', () => {
  // https://www.prisma.io/docs/orm/v6/overview/databases/postgresql
  test.each<Row>([
    ['', 'tls(none), then plaintext'],
    ['?sslmode=disable', 'plaintext'],
    ['?sslmode=prefer', 'tls(none), then plaintext'],
    ['?sslmode=require', 'tls(none)'],
    ['?sslmode=verify-full', 'tls(none), then plaintext'],
    ['?sslmode=verify-full&sslaccept=strict', 'tls(full), then plaintext'],
    ['?sslmode=require&sslaccept=accept_invalid_certs', 'tls(none)'],
    ['?sslmode=require&sslaccept=strict', 'tls(full), accepted'],
    ['?sslmode=require&sslaccept=strict&sslcert=root.crt', 'tls(full), accepted'],
    ['?sslmode=require&sslaccept=strict&sslrootcert=root.crt', 'tls(full)'],
    ['?host=/var/run/postgresql', 'unix, accepted'],
  ])('%s is %s', (parameters, outcome) => {
    expect(shown(planPrisma(`postgresql://db.example.com/app${parameters}`))).toEqual([outcome])
  })

  test('what is no such URL is refused', () => {
    expect(() => planPrisma('prisma://accelerate.example.com/?api_key=k')).toThrow(ConnInfoError)
  })
})

describe('planSlonik', () => {
  test.each<Row>([
    ['', 'plaintext'],
    ['?sslmode=disable', 'plaintext'],
    ['?sslmode=no-verify', 'tls(none)'],
    ['?sslmode=require', 'tls(full)'],
    ['?sslmode=verify-full', 'tls(full)'],
    ['?sslrootcert=root.crt', 'plaintext'],
  ])('%s is %s', (parameters, outcome) => {
    expect(shown(planSlonik(`postgres://db.example.com/app${parameters}`, {}))).toEqual([outcome])
  })

  test('its own ssl wins over the URI, and PGSSLMODE counts for nothing', () => {
    const connectionUri = 'postgres://db.example.com/app'
    expect(shown(planSlonik({ connectionUri, ssl: true }, {}))).toEqual(['tls(full), accepted'])
    expect(shown(planSlonik(connectionUri, { PGSSLMODE: 'verify-full' }))).toEqual(['plaintext'])
  })

  test('verify-full is never suggested: Slonik throws at it', () => {
    const [plan] = planSlonik('postgres://db.example.com/app?sslmode=verify-full', {})
    const [violation] = judge({ plan }, policy).report.violations
    expect(violation).toMatchObject({ rule: 'sslmode-unknown', fix: expect.stringMatching(/ca:/) })
    expect(violation?.actual).not.toMatch(/did you mean/)
  })
})

describe('planMikroOrm', () => {
  const clientUrl = 'postgres://db.example.com/app?sslmode=verify-full'
  test('the query of clientUrl is never read', () => {
    const [plan] = planMikroOrm({ clientUrl }, {})
    expect(formatTransports(plan)).toBe('plaintext')
    expect(rulesOf(plan)).toEqual(['setting-ineffective', 'sslmode-missing'])
  })

  test('driverOptions.ssl is pg’s ssl; a replica with its own driverOptions loses it', () => {
    const config = {
      host: 'db.example.com',
      driverOptions: { ssl: true },
      replicas: [{ host: 'r1.example.com' }, { host: 'r2.example.com', driverOptions: {} }],
    }
    const plans = planMikroOrm(config, {})
    expect(shown(plans)).toEqual(['tls(full), accepted', 'tls(full), accepted', 'plaintext'])
    expect(plans.map(({ name }) => name)).toEqual([undefined, 'replicas[0]', 'replicas[1]'])
  })

  test('findings name the option as MikroORM has it', () => {
    const ssl = { rejectUnauthorized: false }
    const origin = (driverOptions: object) =>
      planMikroOrm({ host: 'db.example.com', driverOptions }, {})[0].decidedBy.key
    expect(origin({ ssl })).toBe('driverOptions.ssl.rejectUnauthorized')
    expect(origin({ connection: { ssl } })).toBe('driverOptions.connection.ssl.rejectUnauthorized')
  })
})

describe('planSequelize', () => {
  const base = { dialect: 'postgres', host: 'db.example.com' }
  test.each<readonly [config: Record<string, unknown> | string, outcome: string]>([
    [base, 'plaintext'],
    [{ ...base, ssl: true }, 'plaintext'],
    [{ ...base, dialectOptions: { ssl: true } }, 'tls(full), accepted'],
    [{ ...base, dialectOptions: { ssl: { require: true } } }, 'tls(full)'],
    [{ ...base, dialectOptions: { ssl: { rejectUnauthorized: false } } }, 'tls(none)'],
    [{ ...base, dialectOptions: { sslmode: 'verify-full' } }, 'plaintext'],
    ['postgres://db.example.com/app?sslmode=verify-full', 'tls(full), accepted'],
    ['postgres://db.example.com/app?sslmode=no-verify', 'tls(none)'],
    ['postgres://db.example.com/app', 'plaintext'],
  ])('%j is %s', (config, outcome) => {
    expect(shown(planSequelize(config, {}))).toEqual([outcome])
  })

  test('the ssl of the URL replaces the one in dialectOptions', () => {
    const url = 'postgres://db.example.com/app?sslmode=no-verify'
    const [plan] = planSequelize({ url, dialectOptions: { ssl: true } }, {})
    expect(plan.discarded).toMatchObject([{ origin: { key: 'dialectOptions.ssl' } }])
  })

  test('a replica with its own dialectOptions loses the common ones', () => {
    const plans = planSequelize(
      {
        ...base,
        dialectOptions: { ssl: true },
        replication: { write: {}, read: [{ host: 'r1' }, { host: 'r2', dialectOptions: {} }] },
      },
      {},
    )
    expect(shown(plans)).toEqual(['tls(full), accepted', 'tls(full), accepted', 'plaintext'])
    expect(plans.map(({ name, endpoint }) => [name, 'host' in endpoint && endpoint.host])).toEqual([
      ['replication.write', 'db.example.com'],
      ['replication.read[0]', 'r1'],
      ['replication.read[1]', 'r2'],
    ])
  })
})

describe('planDrizzleKit', () => {
  const host = 'db.example.com'
  test.each<readonly [config: Record<string, unknown>, outcome: string]>([
    [{ host }, 'tls(full), accepted'],
    [{ host, ssl: 'verify-full' }, 'tls(full), accepted'],
    [{ host, ssl: true }, 'tls(full), accepted'],
    [{ host, ssl: 'require' }, 'tls(none)'],
    [{ host, ssl: { rejectUnauthorized: false } }, 'tls(none)'],
    [{ host, ssl: false }, 'plaintext'],
    [{ url: `postgres://${host}/app` }, 'plaintext'],
    [{ url: `postgres://${host}/app?sslmode=verify-full` }, 'tls(full), accepted'],
  ])('%j is %s', (config, outcome) => {
    expect(shown(planDrizzleKit(config, {}))).toEqual([outcome])
  })
})
