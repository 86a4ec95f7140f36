/** No report, in no format, holds a password, a user name or a token, whatever they are made of. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  applyFixes,
  formatBaseline,
  formatDiff,
  REPORTERS,
  scan,
  sourceFile,
} from '../src/index.js'
import { masked } from '../src/mask.js'
import { definePathPolicies } from '../src/path-policy.js'
import { scanFile } from '../src/scan-file.js'
import { folder } from './folder.js'

const context = { read: () => undefined, variable: () => [], hosts: () => new Set<string>() }
const policy = definePathPolicies({})('')
const now = new Date('2027-01-01')

/** Long enough to be told from the rest of the text, with everything that a password may hold in a URL. */
const secret = fc
  .string({
    unit: fc.constantFrom(...'abcXYZ0189-_.~!*%25+=,;:?#/@ $'),
    minLength: 4,
    maxLength: 30,
  })
  .map((text) => `Zq9${text.replace(/[\r\n]/g, '')}qZ9`)
const inUrl = fc
  .string({ unit: fc.constantFrom(...'abcXYZ0189-_.~!*+=,;:'), minLength: 4, maxLength: 30 })
  .map((text) => `Zq9${text}qZ9`)

const FORMATS: Readonly<Record<string, (password: string) => string>> = {
  '.env': (p) =>
    `DATABASE_URL=postgres://${p}:${p}@db.example.com/app?sslmode=prefer\nPGPASSWORD=${p}\n`,
  'a.env': (p) => `U=${p}\nDATABASE_URL="postgres://\${U}:${p}@db.example.com/app"\n`,
  'a.yaml': (p) => `env:\n  url: "postgres://app:${p}@db.example.com/app?sslmode=require"\n`,
  'b.yaml': (p) =>
    `kind: Secret\ndata:\n  url: ${Buffer.from(`postgres://app:${p}@db.example.com/app`).toString('base64')}\n`,
  'a.json': (p) =>
    JSON.stringify({
      type: 'postgres',
      host: 'db.example.com',
      username: p,
      password: p,
      ssl: false,
    }),
  'a.tf': (p) => `x = { url = "postgres://app:${p}@db.example.com/app?sslmode=allow" }\n`,
  'a.properties': (p) =>
    `u=jdbc:postgresql://db.example.com/app?user=${p}&password=${p}&sslmode=prefer\n`,
  'a.go': (p) =>
    `dsn := "host=db.example.com user='${p}' password='${p}' dbname=app sslmode=disable"\n`,
  'a.py': (p) =>
    `connect("postgresql://app:${p}@db.example.com/app?sslmode=prefer", password="${p}")\n`,
  'pg_service.conf': (p) => `[app]\nhost=db.example.com\npassword=${p}\nsslmode=prefer\n`,
  'run.sh': (p) =>
    `PGPASSWORD='${p}' psql "postgres://app:${p}@db.example.com/app?sslmode=prefer"\n`,
  'app.ts': (p) =>
    `import pg from 'pg'\nnew pg.Pool({ host: 'db.example.com', user: '${p}', password: '${p}', ssl: { rejectUnauthorized: false } })\n`,
  'schema.prisma': (p) =>
    `datasource db {\n  provider = "postgresql"\n  url = "postgresql://app:${p}@db.example.com/app"\n}\n`,
}

describe.each(Object.entries(FORMATS))('%s', (path, write) => {
  test('keeps its secrets', () => {
    let count = 0
    fc.assert(
      fc.property(inUrl, (password) => {
        const { findings } = scanFile(sourceFile(path, write(password)), {
          policy,
          now,
          strict: false,
          context,
        })
        count += findings.length
        const told = JSON.stringify(findings)
        expect(told).not.toContain(password)
        expect(told).not.toContain(JSON.stringify(password).slice(1, -1))
        expect(told).not.toContain(Buffer.from(password).toString('base64').slice(0, 12))
      }),
      { numRuns: 100 },
    )
    expect(count).toBeGreaterThan(50)
  })
})

test('a whole line of anything: what stands where a password stands is not shown', () => {
  fc.assert(
    fc.property(secret, (password) => {
      const line = `x postgres://app:${password}@db.example.com/app y`
      expect(masked(line)).not.toContain('Zq9')
      expect(masked(`  "password": ${JSON.stringify(password)},`)).not.toContain('Zq9')
      expect(masked(`PGPASSWORD=${password.replace(/[\s,;]/g, '')}`)).not.toContain('Zq9')
    }),
    { examples: [['Zq9://aaaaqZ9'], ['Zq9 ://aa://aaqZ9'], ['Zq9@://aa qZ9']] },
  )
})

test('reporters, baselines and diffs keep them too', () => {
  const password = 'Zq9secretqZ9'
  const files = Object.fromEntries(
    Object.entries(FORMATS).map(([path, write]) => [path, write(password)]),
  )
  using it = folder(files)
  const report = scan({ root: it.root, now })
  expect(report.findings.length).toBeGreaterThan(10)
  const reports = Object.values(REPORTERS).flatMap((reporter) =>
    [true, false].map((color) => reporter(report, { color, version: '0.0.0', now })),
  )
  const diff = formatDiff(applyFixes(report, (path) => files[path]))
  expect(diff).toContain('+DATABASE_URL=postgres://***@db.example.com/app?sslmode=verify-full')
  for (const text of [...reports, diff, formatBaseline(report)]) expect(text).not.toContain('Zq9')
})
