import { describe, expect, test } from 'vitest'
import { POSTGRES_CASES } from '../../../test/drivers/postgres-cases.js'
import { planPostgres, readPostgres } from '../src/drivers/postgres/plan.js'
import { definePolicy, judge, type Plan } from '../src/index.js'

const summary = ({ transports }: Plan): string =>
  transports
    .map((it) => (it.kind === 'tls' ? `tls ${it.verification} ${it.roots.kind}` : it.kind))
    .join(' + ')
const address = ({ endpoint }: Plan): string =>
  endpoint.kind === 'unix' ? endpoint.path : `${endpoint.host}:${endpoint.port}`
const rules = (plan: Plan): string[] =>
  judge({ plan }, definePolicy()).report.violations.map(({ rule }) => rule)

describe('planPostgres: transports, endpoints and remarks', () => {
  test.each(POSTGRES_CASES)('$name', ({ target, options, env = {}, ...wanted }) => {
    const plans = planPostgres(target as string, options, env)
    expect([...new Set(plans.map(summary))]).toEqual([wanted.plan])
    if (wanted.endpoints) expect(plans.map(address)).toEqual(wanted.endpoints)
    const remarks = plans[0].remarks.map(({ kind, origin }) => `${kind} ${origin.key}`)
    expect(remarks.sort()).toEqual([...(wanted.remarks ?? [])].sort())
    expect(JSON.stringify(plans)).not.toContain('s3cret-pw')
  })
})

describe('what is refused, by which rule', () => {
  const base = 'postgres://db.example.com/app'
  test.each([
    ['', undefined, ['sslmode-missing']],
    ['?sslmode=require', undefined, ['sslmode-below-verify-full']],
    ['?sslmode=prefer', undefined, ['sslmode-below-verify-full']],
    ['?sslmode=verify-ca', undefined, ['sslmode-below-verify-full']],
    ['?sslmode=verify-full', undefined, []],
    ['?sslmode=verify-full', { ssl: undefined }, ['plaintext-allowed']],
    ['?sslmode=verify-full', { ssl: 'require' }, ['certificate-not-verified']],
    ['?sslmode=verify-full&sslrootcert=/root.crt', undefined, []],
    ['?sslmode=no-verify', undefined, ['sslmode-unknown']],
    ['?ssl=true', undefined, []],
    ['', { ssl: { rejectUnauthorized: false } }, ['certificate-not-verified']],
    ['', { ssl: 'require' }, ['sslmode-below-verify-full']],
  ] as const)('%s beside %j', (query, options, wanted) => {
    for (const plan of planPostgres(base + query, options, {})) expect(rules(plan)).toEqual(wanted)
  })

  test('what is dropped by the driver and honoured by the guard is a warning', () => {
    const warnings = (options: Record<string, unknown>, env = {}) =>
      planPostgres(null, options, env).flatMap((plan) =>
        judge({ plan }, definePolicy()).report.warnings.map(({ origin }) => origin.key),
      )
    expect(warnings({ host: '127.0.0.1', ssl: true })).toEqual(['host'])
    expect(warnings({ host: '127.0.0.1', ssl: { host: '127.0.0.1' } })).toEqual([])
    expect(warnings({ host: 'db', ssl: true }, { PGSSLROOTCERT: '/r' })).toEqual(['PGSSLROOTCERT'])
  })
})

test('hostaddr is dialled for one written host only', () => {
  const read = (options: Record<string, unknown>) => readPostgres(null, options, {}).hostaddr
  expect(read({ host: 'db', hostaddr: '192.0.2.7' })).toBe('192.0.2.7')
  expect(read({ host: 'a,b', hostaddr: '192.0.2.7' })).toBeUndefined()
  expect(read({ hostaddr: '192.0.2.7' })).toBeUndefined()
})
