/** What is passed over because its text says nothing about PostgreSQL holds no finding. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { runs } from '../../../test/support/runs.js'
import { declareCommand } from '../src/declare/command.js'
import { declareTree } from '../src/declare/tree.js'
import { yaml } from '../src/extract/yaml.js'
import { judgeDeclaration } from '../src/judge-declaration.js'
import type { SourceFile } from '../src/model.js'
import { definePathPolicies } from '../src/path-policy.js'
import { sourceFile } from '../src/source-file.js'
import { jsonTree } from '../src/text/json-tree.js'
import { literal } from '../src/text/mapped.js'
import { withoutIrrelevantEntries } from '../src/text/yaml-entries.js'

const KEYS = [
  'client', 'dialect', 'type', 'adapter', 'driver', 'connection', 'dialectOptions', 'extra', 'host', 'port',
  'user', 'ssl', 'sslmode', 'DB_SSLMODE', 'PGSSLMODE', 'PGHOST', 'PGDATABASE', 'rejectUnauthorized', 'url',
  'connectionString', 'database_url', 'DATABASE_URL', 'NODE_TLS_REJECT_UNAUTHORIZED', 'name', 'value', 'env',
  'command', 'args', 'replication', 'read', 'x',
] as const // biome-ignore format: a list
const VALUES = [
  'pg', 'postgres', 'PostgreSQL', 'cockroachdb', 'mysql', 'db.example.com', 5432, '5432', false, true, '0',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: what a file holds
  'prefer', 'disable', '${X}', '${DATABASE_URL}', 'postgres://a@db.example.com/x', 'Postgres://b/x?sslmode=allow',
  'jdbc:postgresql://h/x', 'host=h dbname=x sslmode=prefer', 'PGSSLMODE=allow', 'export PGSSLMODE=allow', 'word',
] as const // biome-ignore format: a list
const { node } = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<unknown>(...VALUES),
    fc.dictionary(fc.constantFrom<string>(...KEYS), tie('node'), { maxKeys: 5 }),
    fc.array(tie('node'), { maxLength: 3 }),
  ),
}))
const { policy } = definePathPolicies({})('')
const now = new Date('2027-01-01')
const NO_CONTEXT = { read: () => undefined, variable: () => [], hosts: () => new Set<string>() }

test('in a tree', () => {
  fc.assert(
    fc.property(node, (data) => {
      const file = sourceFile('a.json', JSON.stringify(data))
      const { tree } = jsonTree(file)
      const findings = (placed: boolean) =>
        tree &&
        declareTree(tree, file, {
          placed,
          isCommand: (key) => /^(?:command|args)$/.test(key),
          command: (value) => declareCommand(value, file),
        }).flatMap((it) => judgeDeclaration(it, policy, now, new Set()).findings)
      expect(findings(true)).toEqual(findings(false))
    }),
    { numRuns: runs(5000) },
  )
})

/** Options of one connection: the long one decides, and says nothing about PostgreSQL. */
const OPTIONS = { type: 'postgres', host: 'db.example.com', ssl: { ca: 'word' } }
/** Documents of YAML: maps with entries of any kind, what a manifest says of itself, a list now and then. */
const documents = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.dictionary(fc.constantFrom<string>(...KEYS, 'services', 'data'), node),
    },
    {
      weight: 1,
      arbitrary: fc.constant<unknown>({ kind: 'Secret', data: { x: 'cG9zdGdyZXM6Ly9hQGIvYw==' } }),
    },
    { weight: 1, arbitrary: fc.constant<unknown>(OPTIONS) },
    { weight: 1, arbitrary: fc.array(node, { maxLength: 3 }) },
    {
      weight: 1,
      arbitrary: fc.constant<unknown>({
        job: { services: [{ name: 'a/db', alias: 'db.example.com' }] },
      }),
    },
  ),
  { minLength: 1, maxLength: 3 },
)

test('in YAML: the entries of a document, each blanked out where it stands', () => {
  let blanked = 0
  fc.assert(
    fc.property(documents, (all) => {
      const texts = all.map((data) => stringify(data, { aliasDuplicateObjects: false }))
      const text = texts.join('---\n')
      const reduced = withoutIrrelevantEntries(text)
      expect(reduced).toHaveLength(text.length)
      if (reduced !== text) blanked++
      const found = (from: string) => {
        const file = sourceFile('a.yml', from)
        const { declarations, localHosts = new Set(), incomplete } = yaml.extract(file, NO_CONTEXT)
        const findings = declarations.flatMap(
          (it) => judgeDeclaration(it, policy, now, localHosts).findings,
        )
        const shown = findings.map(({ at, rule, actual, local }) => [
          from.slice(at.offset, at.offset + at.length).replaceAll('# dbname\n', ''),
          rule,
          actual,
          local,
        ])
        return { shown, localHosts, incomplete }
      }
      // A word that is relevant, and says nothing, keeps an entry from being passed over.
      const kept = texts.map((it) => `${it.replace(/^(?=[\w"])/gm, '# dbname\n')}# dbname\n`)
      expect(found(text)).toEqual(found(kept.join('---\n')))
    }),
    { numRuns: runs(700) },
  )
  expect(blanked).toBeGreaterThan(0)
})

test('in a shell text', () => {
  const words = fc.constantFrom(
    ...[
      'export',
      'psql',
      'postgres://a@db.example.com/x',
      'PGSSLMODE=allow',
      'PGPORT=1',
      'DB_HOST=h',
      'echo',
    ],
    ...[
      'DB_SSLMODE=prefer',
      'DB_TYPE=mysql',
      '"PGHOST=a b"',
      "'",
      '\\\n',
      '\n',
      '\n\n',
      ';',
      '&&',
      '#',
      'a=b',
      '$X',
    ],
  )
  fc.assert(
    fc.property(fc.array(words, { maxLength: 14 }), (all) => {
      const text = all.join(' ')
      const found = (file: SourceFile) =>
        declareCommand(literal(file, 0, file.text.length), file).flatMap((it) =>
          judgeDeclaration(it, policy, now, new Set()).findings.map(
            ({ rule, actual }) => rule + actual,
          ),
        )
      // A word that is relevant, and says nothing, keeps a line from being passed over.
      const kept = all.map((it) => (it === 'echo' || it === 'psql' ? `${it} dbname` : it)).join(' ')
      expect(found(sourceFile('a.sh', text))).toEqual(found(sourceFile('a.sh', kept)))
    }),
    { numRuns: runs(5000) },
  )
})
