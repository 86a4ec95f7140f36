/** Any bytes in any kind of file: no crash, no hang, and places inside the text. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs } from '../../../test/support/runs.js'
import { decode } from '../src/bytes.js'
import { EXTRACTORS, extractorOf } from '../src/extract/registry.js'
import { isCandidate } from '../src/files/marks.js'
import type { ExtractContext } from '../src/model.js'
import { definePathPolicies } from '../src/path-policy.js'
import { scanFile } from '../src/scan-file.js'
import { sourceFile } from '../src/source-file.js'

const PATHS: Readonly<Record<string, string>> = {
  lockfile: 'yarn.lock',
  'package.json': 'package.json',
  'pg_service.conf': 'pg_service.conf',
  'pgbouncer.ini': 'pgbouncer.ini',
  '.pgpass': '.pgpass',
  'pg_hba.conf': 'pg_hba.conf',
  'postgresql.conf': 'postgresql.conf',
  dotenv: '.env',
  javascript: 'main.ts',
  shell: 'deploy.sh',
  dockerfile: 'Dockerfile',
  systemd: 'app.service',
  yaml: 'app.yaml',
  json: 'app.json',
  toml: 'app.toml',
  terraform: 'main.tf',
  prisma: 'schema.prisma',
  ini: 'app.properties',
  text: 'main.go',
}
const context: ExtractContext = {
  read: () => undefined,
  variable: () => [],
  hosts: () => new Set(['192.0.2.1']),
}
const policy = definePathPolicies({})('')
const now = new Date('2027-01-01')

/** What the formats are made of, so that random texts get somewhere. */
const PIECES = [
  'postgres://',
  'postgresql+asyncpg://',
  'jdbc:postgresql://',
  'app:hunter2@',
  'db.example.com',
  ':5432',
  '/app',
  '?sslmode=',
  'prefer',
  'verify-full',
  '&',
  '=',
  'host=',
  'dbname=',
  'sslmode',
  'PGSSLMODE',
  'DATABASE_URL',
  ': ',
  '${',
  '}',
  '{{',
  '}}',
  '$(',
  ')',
  '"',
  "'",
  '`',
  '\\',
  '\n',
  '\r\n',
  '\r',
  '\t',
  ' ',
  '#',
  '//',
  '/*',
  '*/',
  '<<EOT\n',
  'EOT',
  '[',
  ']',
  '{',
  '}',
  ',',
  '- ',
  '|\n  ',
  '>-\n  ',
  '&a ',
  '*a',
  'ENV ',
  'RUN ',
  'export ',
  'Environment=',
  'resource "aws_db_parameter_group" "x" {',
  'datasource db {',
  'provider = "postgresql"',
  'url = ',
  'host all all all md5',
  'ssl = off',
  'kind: Secret',
  'data:',
  '\u0000',
  '\ufeff',
  '\ufffd',
  '\u{1f418}',
  '__proto__',
  'pg@8.0.0:',
  'type',
  'dialect',
  'client',
  'pg',
  'ssl',
]
const pieces = fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((all) => all.join(''))
const bytes = fc.uint8Array({ maxLength: 400 }).map((all) => decode(Buffer.from(all)))
const texts = fc.oneof(
  { weight: 3, arbitrary: pieces },
  bytes,
  fc.string({ unit: 'grapheme', maxLength: 200 }),
)

const look = (path: string, text: string) =>
  scanFile(sourceFile(path, text), { policy, now, strict: false, context })

test('every extractor is tried', () => {
  for (const { name } of EXTRACTORS) {
    const path = PATHS[name]
    expect(path, name).toBeDefined()
    expect(EXTRACTORS.find((row) => row.files.test(path ?? ''))?.name).toBe(name)
  }
})

describe.each(Object.entries(PATHS))('%s', (_, path) => {
  test('takes any text', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const { findings } = look(path, text)
        // The prefilter never hides what an extractor would find.
        if (findings.some(({ rule }) => rule !== 'file-unreadable') && !extractorOf(path).always) {
          expect(isCandidate(Buffer.from(text))).toBe(true)
        }
        for (const { at, edits = [] } of findings) {
          expect(at.offset).toBeGreaterThanOrEqual(0)
          expect(at.offset + at.length).toBeLessThanOrEqual(text.length)
          for (const edit of edits)
            expect(edit.offset + edit.length).toBeLessThanOrEqual(text.length)
        }
      }),
      { numRuns: runs(150) },
    )
  })

  // Time is bounded by the test's own timeout only: a machine may be slow, but none is 100 times slower.
  test('takes long texts of one pattern', () => {
    for (const piece of PIECES) {
      const text = piece.repeat(Math.ceil(4_000 / piece.length))
      look(path, text)
      look(path, `DATABASE_URL=postgres://${text}`)
      look(path, `url = "postgres://app@db.example.com/app?${text}`)
    }
  }, 120_000)

  test('takes one line of 5 MB', () => {
    const url = '{"url":"postgres://app:hunter2@db.example.com/app?sslmode=prefer"},'
    const filler = `{"name":"something else","text":"${'lorem ipsum '.repeat(80)}"},`
    const unit = filler.repeat(400) + url
    const { findings } = look(path, `[${unit.repeat(Math.ceil(5e6 / unit.length))}]`)
    expect(JSON.stringify(findings)).not.toContain('hunter2')
  }, 120_000)
})
