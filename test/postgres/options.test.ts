/** What the guard hands to postgres.js is what it was given, but for the connection itself. */
import { readPostgres } from '@verify-full/core'
import fc from 'fast-check'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { guardedOptions } from '../../packages/postgres/src/options.js'
import { POSTGRES_CASES } from '../drivers/postgres-cases.js'
import { runs } from '../support/runs.js'

type Factory = (target?: unknown, options?: unknown) => { readonly options: Parsed }
interface Parsed extends Record<string, unknown> {
  readonly connection: Record<string, unknown>
}
const parse = (target?: unknown, options?: unknown): Parsed =>
  (postgres as unknown as Factory)(target, options).options

/** The parsed options that the guard leaves alone, in a form that can be compared. */
function kept({ connection, ...options }: Parsed): unknown {
  const mine = ['host', 'port', 'path', 'ssl', 'sslnegotiation', 'socket', 'shared']
  const { sslrootcert: _, hostaddr: __, sslmode: ___, ...startup } = connection
  const rest = Object.entries(options).filter(([key]) => !mine.includes(key))
  return [startup, Object.fromEntries(rest.map(([key, value]) => [key, comparable(value)]))]
}
const comparable = (value: unknown): unknown =>
  typeof value === 'function'
    ? 'function'
    : JSON.stringify(value, (_, inner) => (typeof inner === 'function' ? 'function' : inner))

const socket = () => Promise.reject(new Error('never called'))

function compare(target: unknown, options: unknown): void {
  let theirs: Parsed
  try {
    theirs = parse(target, options)
  } catch {
    return
  }
  const reading = readPostgres(target as string, options as object as never, process.env)
  const ours = parse(guardedOptions(target, options, reading, socket))
  expect(kept(ours)).toEqual(kept(theirs))
  expect(ours).toMatchObject({ ssl: false, sslnegotiation: null, socket })
  expect(ours.host).toHaveLength(ours.target_session_attrs ? reading.hosts.length : 1)
}

test.each(POSTGRES_CASES.filter(({ env }) => !env))('$name', ({ target, options }) => {
  compare(target, options)
})

test('whatever else is in the URL and the options', () => {
  const url = fc
    .tuple(
      fc.constantFrom('', 'u@', 'u:p%40@', ':p@'),
      fc.constantFrom('h', 'h:1', 'a,b'),
      fc.constantFrom('', '/', '/d', '/d%20e', '/d/e'),
      fc.array(
        fc.constantFrom(
          'max=3',
          'prepare=false',
          'idle_timeout=5',
          'debug=disable',
          'application_name=x',
          'search_path=a',
          'sslmode=verify-full',
          'sslrootcert=/r',
          'fetch_types=false',
          'target_session_attrs=primary',
          'options=-c%20x%3D1',
          'user=other',
        ),
        { maxLength: 4 },
      ),
    )
    .map(([login, host, path, query]) => `postgres://${login}${host}${path}?${query.join('&')}`)
  const options = fc.record(
    {
      user: fc.constantFrom('', 'o'),
      username: fc.constantFrom('', 'n'),
      pass: fc.constantFrom('', 'p'),
      password: fc.constantFrom('', 'q'),
      database: fc.constantFrom('', 'd2'),
      db: fc.constant('d3'),
      max: fc.constantFrom(1, '7', undefined),
      prepare: fc.boolean(),
      idle_timeout: fc.constantFrom('3', 4),
      connection: fc.constant({ application_name: 'y', statement_timeout: 5 }),
      types: fc.constant({ bigint: postgres.BigInt }),
      transform: fc.constant({ undefined: null }),
      onnotice: fc.constant(() => {}),
      no_prepare: fc.constant(true),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.option(url, { nil: undefined }), options, (target, given) => {
      compare(target, given)
    }),
    { numRuns: runs(500) },
  )
})
