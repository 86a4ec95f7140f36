import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { applyFixes, scan } from '../../src/index.js'

const CASES = fileURLToPath(new URL('cases/', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'verify-full-fix-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Rewrites a project until nothing is left to rewrite; the texts of its files then. */
function fix(root: string): { edits: number; texts: Record<string, string> } {
  let edits = 0
  const texts: Record<string, string> = {}
  for (let round = 0; round < 5; round++) {
    const report = scan({ root, ignore: false })
    const fixed = applyFixes(report, (path) => readFileSync(join(root, path), 'utf8'))
    for (const it of fixed) {
      writeFileSync(join(root, it.path), it.after)
      texts[it.path] = it.after
      edits += it.edits
    }
  }
  return { edits, texts }
}

test.each(readdirSync(CASES).filter((name) => name !== 'bad.broken'))(
  '%s can still be parsed when it is rewritten, and nothing of it is left to rewrite',
  (name) => {
    const root = join(folder, name)
    cpSync(join(CASES, name), root, { recursive: true })
    fix(root)
    const { findings } = scan({ root, ignore: false })
    expect(findings.filter(({ rule }) => rule === 'file-unreadable')).toEqual([])
    expect(findings.filter(({ edits }) => edits)).toEqual([])
  },
)

const lines = (...config: string[]) => ["import { Pool } from 'pg'", ...config, ''].join('\n')

test.each<[before: string, after: string]>([
  ['new Pool({ host: h, ssl: { rejectUnauthorized: false } })', 'new Pool({ host: h, ssl: {  } })'],
  [
    'new Pool({ host: h, ssl: { rejectUnauthorized: false, } })',
    'new Pool({ host: h, ssl: {  } })',
  ],
  [
    'new Pool({ host: h, ssl: { rejectUnauthorized: false, ca: CA } })',
    'new Pool({ host: h, ssl: { ca: CA } })',
  ],
  [
    'new Pool({ host: h, ssl: { ca: CA, rejectUnauthorized: false, } })',
    'new Pool({ host: h, ssl: { ca: CA, } })',
  ],
  [
    'new Pool({ connectionString: "postgres://a@db.example.com/a?sslmode=require" })',
    'new Pool({ connectionString: "postgres://a@db.example.com/a?sslmode=verify-full" })',
  ],
  [
    "new Pool({ connectionString: 'postgres://a@' + h + '/a?sslmode=prefer&application_name=x' })",
    "new Pool({ connectionString: 'postgres://a@' + h + '/a?sslmode=verify-full&application_name=x' })",
  ],
  ["process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'", ''],
  [
    "new Pool({ connectionString: 'postgres://a@db.example.com/a', max: 1 })",
    "new Pool({ connectionString: 'postgres://a@db.example.com/a?sslmode=verify-full', max: 1 })",
  ],
  [
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what a file holds
    'new Pool({ connectionString: `postgres://a@${h}/a?application_name=x` })',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what a file holds
    'new Pool({ connectionString: `postgres://a@${h}/a?application_name=x&sslmode=verify-full` })',
  ],
])('%s', (before, after) => {
  const root = mkdtempSync(join(folder, 'one-'))
  writeFileSync(join(root, 'app.js'), lines(before))
  const { texts } = fix(root)
  expect(texts['app.js']).toBe(lines(after))
})

test.each([
  'new Pool({ host: h, ssl: isLocal ? false : UNVERIFIED })',
  'new Pool({ host: h, ssl: false })',
  'new Pool({ host: h })',
  "const url = 'postgres://a@db.example.com/a'; new Pool({ connectionString: url })",
  "new Pool({ connectionString: 'postgres://a@db.example.com/' + name })",
  "import { DataSource } from 'typeorm'; new DataSource({ type: 'postgres', url: 'postgres://a@db.example.com/a' })",
])('%s is left to people', (config) => {
  const root = mkdtempSync(join(folder, 'none-'))
  writeFileSync(
    join(root, 'app.js'),
    lines('const UNVERIFIED = { rejectUnauthorized: flag() }', config),
  )
  expect(fix(root).edits).toBe(0)
})
