import { describe, expect, test } from 'vitest'
import { parseConnInfo, parseDsn } from '../../src/conninfo/dsn.js'
import { KEYWORDS } from '../../src/conninfo/keywords.js'
import { ConnInfoError } from '../../src/errors.js'
import { DSN_CASES } from './dsn-cases.js'

describe('parseDsn', () => {
  test.each(DSN_CASES)('%j', (dsn, settings) => {
    const read = () =>
      Object.fromEntries(parseDsn(dsn).map(({ key, value }) => [key, value] as const))
    if (settings === null) expect(read).toThrow(ConnInfoError)
    else expect(read()).toEqual(settings)
  })

  test('every keyword of the table is read', () => {
    const dsn = [...KEYWORDS.keys()].map((key) => `${key}=x`).join(' ')
    expect(parseDsn(dsn)).toHaveLength(KEYWORDS.size)
  })
})

describe('parseConnInfo', () => {
  const [uri, keyword] = ['uri', 'keyword'] as const
  test.each([
    ['postgres://host', [{ key: 'host', value: 'host', origin: { via: uri, key: 'host' } }]],
    ['host=a', [{ key: 'host', value: 'a', origin: { via: keyword, key: 'host' } }]],
    ['app', [{ key: 'dbname', value: 'app', origin: { via: keyword, key: 'dbname' } }]],
    ['my app', [{ key: 'dbname', value: 'my app', origin: { via: keyword, key: 'dbname' } }]],
    ['', []],
  ])('%j', (text, settings) => {
    expect(parseConnInfo(text)).toEqual(settings)
  })

  test('a URI of another scheme with a parameter is a keyword/value string without "="', () => {
    expect(() => parseConnInfo('mysql://host/db?ssl=true')).toThrow('libpq has no such keyword')
  })
})
