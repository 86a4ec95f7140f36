import { createRequire } from 'node:module'
import { readPostgres } from '@verify-full/core'
import fc from 'fast-check'
import esm from 'postgres'
import { describe, expect, test } from 'vitest'
import { runs } from '../support/runs.js'
import { POSTGRES_CASES, type PostgresCase } from './postgres-cases.js'

/** As much of a build of postgres.js as the comparison needs: `options` before any socket. */
type Postgres = (target?: unknown, options?: unknown) => { readonly options: object }
const cjs = createRequire(import.meta.url)('postgres') as Postgres

/** Everything of the environment that postgres.js reads, so that the machine's own does not count. */
function withEnv<T>(env: Readonly<Record<string, string>>, run: () => T): T {
  const before = { ...process.env }
  for (const key of Object.keys(process.env)) if (key.startsWith('PG')) delete process.env[key]
  Object.assign(process.env, env)
  try {
    return run()
  } finally {
    for (const key of Object.keys(process.env)) delete process.env[key]
    Object.assign(process.env, before)
  }
}

type Given = Pick<PostgresCase, 'target' | 'options' | 'env'>
interface Held {
  readonly host: readonly unknown[]
  readonly port: readonly unknown[]
  readonly path?: unknown
  readonly ssl: unknown
  readonly sslnegotiation: unknown
}

function theirs(postgres: Postgres, { target, options, env = {} }: Given): unknown {
  let held: Held
  try {
    held = withEnv(env, () => postgres(target, options).options) as Held
  } catch {
    return 'threw'
  }
  const negotiation = held.sslnegotiation === 'direct' ? 'direct' : 'postgres'
  if (held.path) return { path: held.path, ssl: held.ssl, negotiation }
  // One pair is dialled for each port.
  const hosts = held.port.map((port, index) => `${String(held.host[index] ?? '')}:${Number(port)}`)
  return { hosts, ssl: held.ssl, negotiation }
}

function ours({ target, options, env = {} }: Given): unknown {
  const { fatal, hosts, path, ssl, negotiation } = readPostgres(target as string, options, env)
  if (fatal !== undefined) return 'threw'
  if (path) return { path, ssl, negotiation }
  return { hosts: hosts.map(({ host, port }) => `${host}:${port}`), ssl, negotiation }
}

describe.each([
  ['ESM', esm as unknown as Postgres],
  ['CommonJS', cjs],
])('postgres.js, %s, holds what readPostgres says', (_, postgres) => {
  test.each(POSTGRES_CASES)('$name', (it) => {
    expect(ours(it)).toEqual(theirs(postgres, it))
  })

  test('whatever the URL, the options and the environment', () => {
    const mode = fc.constantFrom('disable', 'false', 'prefer', 'require', 'verify-full', '', '1')
    const parameter = fc.oneof(
      mode.map((value) => `sslmode=${value}`),
      mode.map((value) => `ssl=${value}`),
      fc.constantFrom(
        'sslrootcert=system',
        'sslrootcert=/r',
        'sslnegotiation=direct',
        'x=%',
        '#',
        ';',
        '?',
      ),
    )
    const login = fc.oneof(
      fc.constantFrom('', 'u@', 'u:p@', 'u:p@q@', 'u:%41@', 'u:%@'),
      fc.string({ maxLength: 5 }),
    )
    const authority = fc.oneof(
      fc.constantFrom(
        'h',
        'h:1',
        'a,b',
        'a:1,b:2',
        '[::1]',
        '[::1]:5',
        '',
        '127.0.0.1',
        'h:',
        '%2Ftmp',
        'h,',
        'A.B',
      ),
      fc.string({ maxLength: 6 }),
    )
    const scheme = fc.constantFrom('postgres://', 'postgresql://', 'https://', '', 'pg:', '//')
    const url = fc
      .tuple(scheme, login, authority, fc.array(parameter, { maxLength: 4 }))
      .map(([head, user, hosts, query]) => `${head}${user}${hosts}/d?${query.join('&')}`)
    const host = fc.oneof(
      fc.constantFrom('a', 'a:1', 'a,b:2', '::1', '/tmp', '', ['a'], ['a', 'b'], 5),
      fc.string({ maxLength: 6 }),
    )
    const options = fc.record(
      {
        host,
        hostname: fc.constantFrom('', 'c'),
        port: fc.constantFrom(0, 1, '2', 'x', [1], [1, 2]),
        path: fc.constantFrom('', '/p'),
        ssl: fc.oneof(mode, fc.constantFrom(true, false, undefined, null, 0, 1, { ca: 'x' })),
        sslnegotiation: fc.constantFrom('direct', 'postgres', null),
      },
      { requiredKeys: [] },
    )
    const env = fc.record(
      { PGSSL: mode, PGHOST: fc.constantFrom('e', '/e', ''), PGPORT: fc.constantFrom('7', '') },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.option(url, { nil: undefined }), options, env, (target, given, variables) => {
        const it = { target, options: given, env: variables as Record<string, string> }
        expect(ours(it)).toEqual(theirs(postgres, it))
      }),
      { numRuns: runs(1000) },
    )
  })
})
