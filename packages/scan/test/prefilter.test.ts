/** The prefilter loses nothing: a scan finds what is in all files. Parts of files: relevant.test.ts. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs } from '../../../test/support/runs.js'
import { decode, isBinary } from '../src/bytes.js'
import { extractorOf } from '../src/extract/registry.js'
import { isGenerated } from '../src/files/skipped.js'
import { walk } from '../src/files/walk.js'
import { type ScanFinding, type ScanReport, type Suppressed, scan } from '../src/index.js'
import { definePathPolicies } from '../src/path-policy.js'
import { projectFiles } from '../src/project-files.js'
import { scanFile } from '../src/scan-file.js'
import { sourceFile } from '../src/source-file.js'
import { folder } from './folder.js'

const NOW = new Date('2027-01-01')

/** What every file says, whatever the prefilter thinks of it. */
function unfiltered(root: string, ignore: boolean) {
  const hosts = new Set<string>()
  const project = projectFiles(root, undefined, hosts)
  const policyOf = definePathPolicies({})
  const paths = [...walk({ root, paths: ['.'], ignore })].map(({ path }) => path)
  const isLast = (path: string) => Number(extractorOf(path).last ?? false)
  const findings: ScanFinding[] = []
  const suppressed: Suppressed[] = []
  for (const path of paths.sort((a, b) => isLast(a) - isLast(b))) {
    const bytes = readFileSync(join(root, path))
    if (isBinary(bytes) || (ignore && isGenerated(bytes))) continue
    const file = sourceFile(path, decode(bytes), statSync(join(root, path)).mode)
    const context = project.contextOf(path)
    const found = scanFile(file, { policy: policyOf(path), now: NOW, strict: false, context })
    findings.push(...found.findings)
    suppressed.push(...found.suppressed)
    for (const host of found.hosts) hosts.add(host)
  }
  return { findings, suppressed }
}

/** That a file cannot be parsed is not said of one that is passed over. */
const found = ({ findings, suppressed }: Pick<ScanReport, 'findings' | 'suppressed'>) => ({
  findings: findings.filter(({ rule }) => rule !== 'file-unreadable').sort(byPlace),
  suppressed: suppressed.toSorted((a, b) => byPlace(a.finding, b.finding)),
})
const byPlace = (a: ScanFinding, b: ScanFinding): number =>
  a.path < b.path ? -1 : a.path > b.path ? 1 : a.at.offset - b.at.offset

/** Compares the scan of a folder with that of all its files; how many findings there are. */
function compare(root: string, ignore = false): number {
  const all = found(unfiltered(root, ignore))
  expect(found(scan({ root, ignore, now: NOW }))).toEqual(all)
  return all.findings.length
}

const below = (path: string): string[] =>
  readdirSync(path, { withFileTypes: true, recursive: true }).flatMap((it) =>
    it.isFile() ? [join(it.parentPath, it.name)] : [],
  )
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const CASES = ['cases', 'javascript/cases'].map(here)
const projects = CASES.flatMap((root) =>
  readdirSync(root).flatMap((kind) => {
    const names = readdirSync(join(root, kind))
    const groups = names.filter((name) => /^(?:ok|bad)\./.test(name))
    return groups.length > 0 ? groups.map((name) => join(root, kind, name)) : [join(root, kind)]
  }),
)

describe.each(projects.map((path) => relative(here('.'), path)))('%s', (name) => {
  test('is found as without the filters', () => {
    compare(here(name))
  })
})

test.each(['docs', 'examples', 'test/server', 'packages/core'])(
  'in %s of this project, too',
  (name) => {
    compare(here(`../../../${name}`), true)
  },
  60_000,
)

/** A file of a case without some of its lines, words or characters: what is left of it may hold no mark. */
const pieces = (text: string, by: 'lines' | 'words' | 'characters'): string[] =>
  by === 'lines' ? text.split(/(?<=\n)/) : by === 'words' ? text.split(/\b/) : [...text]
const files = projects
  .flatMap(below)
  .filter((path) => !path.endsWith('expected.json'))
  .map((path) => ({ path, text: readFileSync(path, 'utf8') }))
  .filter(({ text }) => text.length < 4000)

test('in what is left of any case', () => {
  const written = fc.constantFrom(...files).chain(({ path, text }) =>
    fc.constantFrom('lines' as const, 'words' as const, 'characters' as const).chain((by) => {
      const all = pieces(text, by)
      const most = by === 'lines' ? all.length : 12
      return fc
        .uniqueArray(fc.nat(Math.max(0, all.length - 1)), { maxLength: most })
        .map((gone) => ({
          name: relative(here('.'), path).split('/').at(-1) ?? '',
          text: all.filter((_, index) => !gone.includes(index)).join(''),
        }))
    }),
  )
  let [dirty, clean] = [0, 0]
  fc.assert(
    fc.property(written, ({ name, text }) => {
      using project = folder({ [name]: text })
      if (compare(project.root) > 0) dirty++
      else clean++
    }),
    { numRuns: runs(600) },
  )
  expect(dirty).toBeGreaterThan(20)
  expect(clean).toBeGreaterThan(20)
}, 120_000)

/** What the extractors look for, and what stands beside it. */
const KEYS = [
  'client', 'dialect', 'type', 'adapter', 'driver', 'host', 'port', 'user', 'database', 'ssl', 'sslmode',
  'DB_SSLMODE', 'PGSSLMODE', 'PGHOST', 'PGSERVICE', 'url', 'uri', 'connectionString', 'DATABASE_URL', 'dsn',
  'NODE_TLS_REJECT_UNAUTHORIZED', 'name',
] as const // biome-ignore format: a list
const VALUES = [
  'pg', 'postgres', 'postgresql', 'postgis', 'cockroachdb', 'redshift', 'pgnative', 'mysql', 'db.example.com', '5432',
  'false', 'true', '0', 'prefer', 'allow', 'postgres://a@db.example.com/x', 'pgsql://a@db.example.com/x',
  'jdbc:postgresql://h/x', 'host=h dbname=x', 'dbname=x host=h', 'user=x host=h dbname=y', 'app',
] as const // biome-ignore format: a list
const USUAL: Pairs = [
  ['host', 'db.example.com'],
  ['url', 'user=x host=h dbname=y'],
  ...['postgis', 'postgresql'].map((it) => ['adapter', it] as const),
  ...['pg', 'redshift', 'pgnative'].map((it) => ['client', it] as const),
  ...['postgres', 'cockroachdb'].map((it) => ['type', it] as const),
  ['dialect', 'postgres'],
  ['driver', 'pg'],
]
type Pairs = readonly (readonly [key: string, value: string])[]
const lines = (pairs: Pairs, line: (key: string, value: string) => string) =>
  pairs.map(([key, value]) => line(key, value)).join('\n')
const base64 = (text: string) => Buffer.from(text).toString('base64')
const FORMATS: Readonly<Record<string, (pairs: Pairs) => string>> = {
  'a.yaml': (pairs) => lines(pairs, (key, value) => `${key}: ${value}`),
  'flow.yaml': (pairs) => `{${pairs.map(([key, value]) => `${key}: ${value}`).join(', ')}}`,
  'secret.yaml': (pairs) =>
    `kind: Secret\ndata:\n${lines(pairs, (key, value) => `  ${key}: ${base64(value)}`)}`,
  'a.json': (pairs) => JSON.stringify(Object.fromEntries(pairs)),
  'a.toml': (pairs) => lines(pairs, (key, value) => `${key} = '${value}'`),
  'a.ini': (pairs) => lines(pairs, (key, value) => `${key}=${value}`),
  '.env': (pairs) => lines(pairs, (key, value) => `${key}=${value}`),
  'a.sh': (pairs) => lines(pairs, (key, value) => `export ${key}='${value}'`),
  'a.tf': (pairs) => `locals {\n${lines(pairs, (key, value) => `  ${key} = "${value}"`)}\n}\n`,
  'pg_service.conf': (pairs) => `[a]\n${lines(pairs, (key, value) => `${key}=${value}`)}`,
  'a.js': (pairs) =>
    `require('knex')({ ${pairs.map(([key, value]) => `${key}: '${value}'`).join(', ')}, connection: { host: 'h' } })`,
  'orm.js': (pairs) =>
    `const { DataSource } = require('typeorm')\nnew DataSource({ ${pairs.map(([key, value]) => `${key}: '${value}'`).join(', ')} })`,
}

test.each(Object.entries(FORMATS))(
  'in any settings in %s',
  (name, format) => {
    const pair = fc.oneof(
      fc.tuple(fc.constantFrom<string>(...KEYS), fc.constantFrom<string>(...VALUES)),
      fc.constantFrom(...USUAL),
    )
    let dirty = 0
    fc.assert(
      fc.property(fc.array(pair, { minLength: 1, maxLength: 4 }), (pairs) => {
        using project = folder({ [name]: format(pairs) })
        if (compare(project.root) > 0) dirty++
      }),
      { numRuns: runs(1000) },
    )
    expect(dirty).toBeGreaterThan(5)
  },
  60_000,
)
