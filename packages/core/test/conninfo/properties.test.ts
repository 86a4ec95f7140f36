import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyText } from '../../../../test/support/any-text.js'
import { runs } from '../../../../test/support/runs.js'
import { parseConnInfo, parseDsn } from '../../src/conninfo/dsn.js'
import { KEYWORDS } from '../../src/conninfo/keywords.js'
import { parseService } from '../../src/conninfo/service.js'
import type { Setting } from '../../src/conninfo/setting.js'
import { parseUri } from '../../src/conninfo/uri.js'
import { planLibpq } from '../../src/drivers/libpq/plan.js'
import { ConnInfoError } from '../../src/errors.js'
import { hostileText } from './hostile-text.js'

const pairs = (settings: readonly Setting[]) => settings.map(({ key, value }) => [key, value])

const file = 'pg_service.conf'
const READERS: readonly ((text: string) => unknown)[] = [
  parseConnInfo,
  parseDsn,
  (text) => parseUri(`postgres://${text}`),
  (text) => parseUri(`postgres://${text}`, 15),
  (text) => parseService({ file, text: `[app]\n${text}` }, 'app'),
  (text) => planLibpq({ conninfo: text }, {}),
]

/** What a reader says when it refuses a text; anything but a ConnInfoError fails the test. */
const refusal = (read: () => unknown): string | undefined => {
  try {
    read()
    return undefined
  } catch (error) {
    if (!(error instanceof ConnInfoError)) throw error
    expect(error.position).toBeGreaterThanOrEqual(0)
    return error.message
  }
}

/** Any text but NUL, which no C string holds; no lone surrogates, which no UTF-8 holds. */
const value = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', ''))
const setting = fc.tuple(fc.constantFrom(...KEYWORDS.keys()), value)
const password = fc.stringMatching(/^[A-Za-z0-9!$^*_-]{8,24}$/)

describe('every reader', () => {
  test('throws ConnInfoError or nothing', () => {
    fc.assert(
      fc.property(fc.oneof(hostileText, anyText()), (text) => {
        for (const read of READERS) refusal(() => read(text))
      }),
      { numRuns: runs(500) },
    )
  })

  test('never repeats a password in a refusal', () => {
    fc.assert(
      fc.property(hostileText, password, hostileText, (before, secret, after) => {
        for (const read of READERS) {
          for (const text of [
            `${before}${secret}${after}`,
            `postgres://u:${secret}@${before}/db?${after}`,
            `password=${secret} ${after}`,
          ]) {
            expect(refusal(() => read(text)) ?? '').not.toContain(secret)
          }
        }
      }),
      { numRuns: runs(500) },
    )
  })

  test('reads a long text in linear time', () => {
    const hostile = [
      '@',
      '/',
      ',',
      ':',
      '&',
      'a=&',
      "'",
      '\\',
      '%41',
      '%',
      ' ',
      '[',
      '\n',
      'port=1&',
    ]
    const started = performance.now()
    for (const read of READERS) {
      for (const text of hostile) refusal(() => read(text.repeat(Math.ceil(50_000 / text.length))))
      refusal(() => read(`host=${' '.repeat(50_000)}x`))
      refusal(() => read(`h?port=1${'&port=1'.repeat(7_000)}`))
    }
    expect(performance.now() - started).toBeLessThan(10_000)
  })
})

describe('what is written is read', () => {
  const quote = (text: string) => `'${text.replace(/['\\]/g, '\\$&')}'`

  test('keyword/value strings', () => {
    fc.assert(
      fc.property(fc.array(setting), (settings) => {
        const dsn = settings.map(([key, text]) => `${key}=${quote(text)}`).join(' ')
        expect(pairs(parseDsn(dsn))).toEqual(settings)
      }),
    )
  })

  test('URI parameters', () => {
    fc.assert(
      fc.property(fc.array(setting), (settings) => {
        const query = settings.map(([key, text]) => `${key}=${encodeURIComponent(text)}`).join('&')
        expect(pairs(parseUri(`postgres://?${query}`))).toEqual(settings)
      }),
    )
  })

  test('the parts of a URI', () => {
    const part = value.filter((text) => text !== '')
    fc.assert(
      fc.property(part, part, part, part, (user, secret, host, dbname) => {
        const [u, p, h, d] = [user, secret, host, dbname].map(encodeURIComponent)
        expect(pairs(parseUri(`postgresql://${u}:${p}@${h}:1/${d}`))).toEqual([
          ['user', user],
          ['password', secret],
          ['host', host],
          ['port', '1'],
          ['dbname', dbname],
        ])
      }),
    )
  })

  test('services', () => {
    const line = value.map((text) => text.replace(/[\n\r]/g, '').trim())
    const keys = [...KEYWORDS.keys()].filter((key) => key !== 'service')
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...keys), line)), (settings) => {
        const text = `[app]\n${settings.map((it) => it.join('=')).join('\n')}`
        expect(pairs(parseService({ file, text }, 'app') ?? [])).toEqual(settings)
      }),
    )
  })
})

test('no plan holds the password', () => {
  fc.assert(
    fc.property(password, fc.constantFrom('', '@', '/', '#', '?', '@x:'), (secret, broken) => {
      for (const conninfo of [
        `postgres://u:${secret}@h/db?sslmode=require&password=${secret}`,
        `postgres://u:x${broken || '@'}${secret}@h/db`,
        `host=h password='${secret}' password=x sslpassword=${secret}`,
      ]) {
        const read = () => expect(JSON.stringify(planLibpq({ conninfo }, {}))).not.toContain(secret)
        refusal(read)
      }
    }),
  )
})
