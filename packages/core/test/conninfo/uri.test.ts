import { describe, expect, test } from 'vitest'
import type { Setting } from '../../src/conninfo/setting.js'
import { parseUri } from '../../src/conninfo/uri.js'
import { ConnInfoError } from '../../src/errors.js'
import { LIBPQ_CASES, MORE_CASES } from './uri-cases.js'

const asObject = (settings: readonly Setting[]) =>
  Object.fromEntries(settings.map(({ key, value }) => [key, value]))

const refusal = (run: () => unknown): ConnInfoError => {
  try {
    run()
  } catch (error) {
    if (error instanceof ConnInfoError) return error
    throw error
  }
  throw new Error('expected a refusal')
}

describe.each([
  ["libpq's own cases", LIBPQ_CASES],
  ['more cases', MORE_CASES],
] as const)('parseUri: %s', (_, cases) => {
  test.each(cases)('%s', (uri, settings) => {
    if (settings === null) refusal(() => parseUri(uri))
    else expect(asObject(parseUri(uri))).toEqual(settings)
  })
})

test('duplicates stay, in order, with their origins', () => {
  const uri = 'postgres://host?sslmode=disable&requiressl=1&ssl=true'
  expect(parseUri(uri).map(({ key, value, origin }) => [key, value, origin.key])).toEqual([
    ['host', 'host', 'host'],
    ['sslmode', 'disable', 'sslmode'],
    ['sslmode', 'require', 'requiressl'],
    ['sslmode', 'require', 'ssl'],
  ])
})

test.each([
  ['postgre://', 0, 'it does not start with "postgresql://" or "postgres://"'],
  ['postgres://u:a%zz@host', 14, '"%" is not followed by two hexadecimal digits'],
  ['postgres://u:a%00@host', 14, '"%00" is forbidden'],
  ['postgres://[::1', 15, '"]" is missing after an IPv6 address'],
  ['postgres://[]', 12, 'an IPv6 address is empty'],
  ['postgres://[::1]z', 16, '":" or "/" was expected after an IPv6 address'],
  ['postgres://h?zzz', 16, 'a parameter has no "="'],
  ['postgres://h?a=b=c', 16, 'a parameter has more than one "="'],
  ['postgres://h?port=1&zzz=1', 20, 'libpq has no such parameter'],
  ['postgres://h/a\0b', 14, 'it holds a NUL character'],
])('%j is refused at %i', (uri, position, reason) => {
  expect(refusal(() => parseUri(uri))).toMatchObject({ position, reason })
})

test('spaces: libpq 18 drops them around a part, older ones keep them', () => {
  const uri = 'postgres://host?sslmode= verify-full '
  expect(asObject(parseUri(uri))).toEqual({ host: 'host', sslmode: 'verify-full' })
  expect(asObject(parseUri(uri, 17))).toEqual({ host: 'host', sslmode: ' verify-full ' })
  const inside = 'postgres://host/a b'
  expect(refusal(() => parseUri(inside)).position).toBe(17)
  expect(asObject(parseUri(inside, 17))).toEqual({ host: 'host', dbname: 'a b' })
})

test('a keyword is unknown before the major that brought it', () => {
  const uri = 'postgres://host?sslnegotiation=direct'
  expect(asObject(parseUri(uri, 17))).toEqual({ host: 'host', sslnegotiation: 'direct' })
  expect(refusal(() => parseUri(uri, 16)).position).toBe(16)
})
