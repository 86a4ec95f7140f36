/** What the scanner says of a JavaScript file is what the guard says when the file is run. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { PolicyError } from '@verify-full/core'
import { scan } from '@verify-full/scan'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'

// Below this folder, so that the files resolve pg and the guard as this package does.
const PARENT = fileURLToPath(new URL('../.differential/', import.meta.url))
mkdirSync(PARENT, { recursive: true })
const root = mkdtempSync(PARENT)
afterAll(() => rmSync(root, { recursive: true }))

const before = { ...process.env }
beforeAll(() => {
  for (const key of Object.keys(process.env)) if (/^PG|^NODE_TLS/.test(key)) delete process.env[key]
})
afterAll(() => void Object.assign(process.env, before))

const RUNS = 6
const host = 'db.example.com'
const modes = [
  'disable',
  'allow',
  'prefer',
  'require',
  'verify-ca',
  'verify-full',
  'no-verify',
  'verify_full',
  '',
]

/** Values of `ssl` as source text. */
const SSL = [
  'undefined',
  'false',
  'true',
  'null',
  '{}',
  "'require'",
  "'no-verify'",
  '{ rejectUnauthorized: false }',
  '{ rejectUnauthorized: !1 }',
  '{ rejectUnauthorized: true }',
  '{ checkServerIdentity: () => undefined }',
  "{ servername: 'other.example.com' }",
  `{ servername: '${host}' }`,
  "{ minVersion: 'TLSv1' }",
  "{ ciphers: 'ALL' }",
  "{ sslmode: 'verify-full' }",
  '{ require: true, rejectUnauthorized: false }',
  "{ key: 'k' }",
  "{ ca: '' }",
  "{ ca: './root.crt' }",
  '{ ...UNVERIFIED }',
  '{ ...UNVERIFIED, rejectUnauthorized: true }',
  'UNVERIFIED',
  "MODE === 'x' ? true : UNVERIFIED",
]
const QUERIES = [
  '',
  ...modes.map((mode) => `?sslmode=${mode}`),
  '?ssl=true',
  '?ssl=0',
  '?ssl=',
  '?sslMode=verify-full',
  '?application_name=a&sslmode=require',
  '?sslmode=verify-full&sslmode=disable',
  '?uselibpqcompat=true&sslmode=require',
  '?channel_binding=require',
  '?application_name=x&amp;sslmode=verify-full',
]

const config = fc
  .record({
    url: fc.option(fc.constantFrom(...QUERIES)),
    ssl: fc.option(fc.constantFrom(...SSL)),
    extra: fc.option(
      fc.constantFrom(
        "sslmode: 'verify-full'",
        'max: 3',
        "sslRootCert: '/x'",
        "application_name: 'a'",
        'rejectUnauthorized: false',
      ),
    ),
    template: fc.boolean(),
  })
  .map(({ url, ssl, extra, template }) => {
    const quote = template ? '`' : "'"
    const where =
      url === null
        ? `host: HOST`
        : `connectionString: ${quote}postgres://app@${template ? '$' : ''}${template ? '{HOST}' : host}/app${url}${quote}`
    return `{ ${[where, ...(ssl === null ? [] : [`ssl: ${ssl}`]), ...(extra === null ? [] : [extra])].join(', ')} }`
  })

/** How each library is given a configuration, and guarded. */
const LIBRARIES = {
  pg: {
    imports: ["import { guard } from '@verify-full/pg'", "import pg from 'pg'"],
    call: (config: string) => `guard(new pg.Pool(${config}))`,
  },
  knex: {
    imports: ["import { guard } from '@verify-full/knex'", "import knex from 'knex'"],
    call: (config: string) => `knex(guard({ client: 'pg', connection: ${config} }))`,
  },
  typeorm: {
    imports: [
      "import { guard } from '@verify-full/typeorm'",
      "import { DataSource } from 'typeorm'",
    ],
    call: (config: string) =>
      `new DataSource(guard({ type: 'postgres', ...${config.replace('connectionString:', 'url:')} }))`,
  },
} as const

const CONSTANTS = [
  `const HOST = '${host}'`,
  "const MODE = 'y'",
  'const UNVERIFIED = { rejectUnauthorized: false }',
]

test.each(Object.entries(LIBRARIES))(
  'for any configuration of %s',
  async (_, { imports, call }) => {
    const head = [...imports, ...CONSTANTS]
    const outcomes = new Map<string, number>()
    await fc.assert(
      fc.asyncProperty(fc.array(config, { minLength: 40, maxLength: 60 }), async (any) => {
        // One of either kind is in every file.
        const configs = [...any, '{ host: HOST, ssl: true }', '{ host: HOST }']
        const folder = mkdtempSync(join(root, 'run-'))
        const rows = configs.map((it) => `  () => ${call(it)},`)
        const text = [...head, 'export const rows = [', ...rows, ']', ''].join('\n')
        writeFileSync(join(folder, 'app.js'), text)
        const { rows: makers } = (await import(pathToFileURL(join(folder, 'app.js')).href)) as {
          rows: (() => unknown)[]
        }
        const findings = scan({ root: folder, ignore: false }).findings
        const scanned = (index: number) =>
          findings
            .filter(
              ({ at, severity }) => at.line === head.length + 2 + index && severity === 'error',
            )
            .map(({ rule }) => rule)
        // What stands in a constant is reported there, once for all who use it.
        const elsewhere = findings
          .filter(({ at }) => at.line <= head.length)
          .map(({ rule }) => rule)
        for (const [index, make] of makers.entries()) {
          const source = configs[index] ?? ''
          const guarded = refusal(make)
          const outcome = guarded.length > 0 ? 'refused' : 'accepted'
          outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
          const shared = source.includes('UNVERIFIED') ? elsewhere : []
          const found = [
            ...new Set([...scanned(index), ...guarded.filter((rule) => shared.includes(rule))]),
          ]
          expect({ source, rules: found.sort() }).toEqual({ source, rules: guarded.sort() })
        }
      }),
      { numRuns: RUNS },
    )
    expect(outcomes.get('refused')).toBeGreaterThanOrEqual(RUNS)
    expect(outcomes.get('accepted')).toBeGreaterThanOrEqual(RUNS)
  },
  120_000,
)

function refusal(make: () => unknown): string[] {
  try {
    make()
    return []
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error
    return [...new Set(error.violations.map(({ rule }) => rule))]
  }
}
