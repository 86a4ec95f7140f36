/** Any text: no crash, no hang, and no secret of it in what is said. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyText } from '../../../../test/support/any-text.js'
import { runs } from '../../../../test/support/runs.js'
import { javascript } from '../../src/extract/javascript/index.js'
import type { ExtractContext } from '../../src/index.js'
import { sourceFile } from '../../src/index.js'

const hosts = (): ReadonlySet<string> => new Set()
const context: ExtractContext = { read: () => undefined, variable: () => [], hosts }
const extract = (text: string, path = 'app.ts', within = context) =>
  javascript.extract(sourceFile(path, text), within)

const HEAD = "import { Pool } from 'pg'\n"

/** Pieces from which syntax of every kind comes about. */
const piece = fc.constantFrom(
  ...[
    'new Pool(',
    '{',
    '}',
    '(',
    ')',
    '[',
    ']',
    '...',
    ',',
    ':',
    '=>',
    '?',
    '||',
    '&&',
    '`',
    '${',
    "'",
  ],
  ...[
    'ssl',
    'host',
    'config',
    'x',
    '=',
    'const ',
    'let ',
    'function f',
    'return ',
    'import ',
    'export ',
  ],
  ...[
    "'postgres://a:b@c/d'",
    'process.env.X',
    'process.env',
    'require("pg")',
    'await ',
    'class A',
    ';',
  ],
  ...[
    '<T>',
    'as X',
    '!',
    'delete ',
    'void 0',
    '\n',
    '/*',
    '*/',
    '//',
    '\u0000',
    '\ud800',
    '__proto__',
    '.',
  ],
)

describe('the JavaScript extractor', () => {
  test('survives any pieces of syntax', () => {
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 60 }).map((it) => HEAD + it.join('')),
        fc.constantFrom('a.js', 'a.ts', 'a.tsx', 'a.mjs', 'knexfile.js', 'drizzle.config.ts'),
        (text, path) => {
          const { declarations } = extract(text, path)
          for (const { at, settings } of declarations) {
            for (const it of [at, ...[...settings.values()].map(({ value }) => value)]) {
              expect(it.offset).toBeGreaterThanOrEqual(0)
              expect(it.offset + it.length).toBeLessThanOrEqual(text.length)
            }
          }
        },
      ),
      { numRuns: runs(1500) },
    )
  }, 60_000)

  test('survives any text', () => {
    fc.assert(
      fc.property(anyText(400), (text) => {
        extract(HEAD + text)
      }),
      { numRuns: runs(500) },
    )
  })

  test.each<[what: string, text: string]>([
    ['parentheses', '('.repeat(100_000)],
    ['brackets', '['.repeat(100_000)],
    ['negations', `${'!'.repeat(100_000)}1`],
    ['a sum', `1${'+1'.repeat(50_000)}`],
    ['arrows', `${'a=>'.repeat(50_000)}1`],
    ['else if', `${'if(a);else '.repeat(50_000)};`],
    ['calls', `a${'()'.repeat(50_000)}`],
    ['members', `a${'.b'.repeat(50_000)}`],
    ['templates', '`${'.repeat(50_000)],
    ['types and calls, which take exponential time to parse', 'a<b>('.repeat(40)],
    ['conditions as configuration', `new Pool(${'a ? {ssl: false} : '.repeat(500)}{})`],
    [
      'objects with a choice in every property',
      `new Pool({${Array.from({ length: 60 }, (_, i) => `host${i}: a ? 1 : 2`).join()}})`,
    ],
    ['a constant of itself', 'const a = { ...a }; new Pool(a)'],
    [
      'constants of each other',
      'const a = { ...b }; const b = { ...a, ...a }; new Pool({ ...a, ...b })',
    ],
    [
      'constants that double',
      `const x0 = {};${Array.from({ length: 60 }, (_, i) => `const x${i + 1} = { ...x${i}, ...x${i} };`).join('')} new Pool(x60)`,
    ],
    [
      'strings that double',
      `const s0 = 'a';${Array.from({ length: 60 }, (_, i) => `const s${i + 1} = s${i} + s${i};`).join('')} new Pool(s60)`,
    ],
    ['classes of each other', 'class A extends B {}\nclass B extends A {}\nnew A({}); new B({})'],
    [
      'a chain of classes',
      `class C0 extends Pool {}${Array.from({ length: 2000 }, (_, i) => `class C${i + 1} extends C${i} {}`).join('')} new C2000({})`,
    ],
    ['calls of super', 'class A extends Pool { constructor() { super('.repeat(300)],
    ['many pools', 'new Pool({ ssl: false });\n'.repeat(3000)],
  ])(
    'takes no long time and no deep stack for %s',
    (_, text) => {
      const started = performance.now()
      extract(HEAD + text)
      // Ten times what the slowest of them takes; parsing alone is ended after 3 s.
      expect(performance.now() - started).toBeLessThan(20_000)
    },
    60_000,
  )

  test('files that import each other without end', () => {
    const endless: ExtractContext = {
      variable: () => [],
      hosts,
      read: (path) => {
        const number = Number(/(\d+)\.ts$/.exec(path)?.[1] ?? Number.NaN)
        if (Number.isNaN(number)) return undefined
        return sourceFile(path, `export { c } from './f${number + 1}.ts'`)
      },
    }
    const text = `${HEAD}import { c } from './f0.ts'\nnew Pool(c)`
    expect(extract(text, 'app.ts', endless).declarations).toHaveLength(1)
  })

  const IMPORTS = `${HEAD}import a from '@/a'\nimport b from '#b'\nimport c from 'c'\nnew Pool({ a, b, c })`
  const withFiles = (files: (path: string) => string | undefined): ExtractContext => ({
    ...context,
    read: (path) => {
      const text = files(path)
      return text === undefined ? undefined : sourceFile(path, text)
    },
  })

  test('survives any aliases', () => {
    const pattern = fc.oneof(fc.constantFrom('*', '@/*', '#*', 'c', '#b', '**', ''), fc.string())
    const paths = fc.dictionary(pattern, fc.oneof(fc.array(fc.string()), fc.jsonValue()))
    const config = fc.oneof(
      anyText(200),
      fc.jsonValue().map((it) => JSON.stringify(it)),
      fc
        .record({ compilerOptions: fc.record({ paths, baseUrl: fc.string() }), imports: paths })
        .map((it) => JSON.stringify(it)),
    )
    fc.assert(
      fc.property(config, fc.boolean(), (text, endless) => {
        const files = (path: string) => (/json$/.test(path) || endless ? text : undefined)
        extract(IMPORTS, 'src/app.ts', withFiles(files))
      }),
      { numRuns: runs(500) },
    )
  })

  test.each([
    'export ',
    'export {',
    'export { b, ',
    'export const ',
    'export const {',
    'static ',
    'static b ',
    'exports.b = ',
    'class b ',
    'export a ',
    'export { a } ',
    '*export ',
  ])('takes no long time for an imported file of nothing but "%s"', (text) => {
    const imported = (path: string) =>
      path.endsWith('other.ts') ? text.repeat(200_000) : undefined
    const started = performance.now()
    extract(
      `${HEAD}import { a, b } from './other'\nnew Pool(a); b()`,
      'app.ts',
      withFiles(imported),
    )
    expect(performance.now() - started).toBeLessThan(20_000)
  })

  test('takes no long time for configurations that extend each other', () => {
    let read = 0
    const files = (path: string): string | undefined => {
      read++
      const all = Array.from({ length: 20 }, (_, i) => `./${i}/tsconfig.json`)
      return /tsconfig\.json$/.test(path) ? JSON.stringify({ extends: all }) : undefined
    }
    extract(IMPORTS, 'src/app.ts', withFiles(files))
    expect(read).toBeLessThan(10_000)
  })
})
