/** Where `--fix` adds a missing sslmode, and where it leaves that to people. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { applyFixes, scan } from '../src/index.js'
import { folder } from './folder.js'

const A = 'postgres://a:b@db.example.com/app'

/** The text of a file after the rewrites, which have to leave nothing to find. */
function fixed(name: string, text: string): string {
  using project = folder({ [name]: text })
  const { root } = project
  const [file] = applyFixes(scan({ root }), (path) => readFileSync(join(root, path), 'utf8'))
  if (!file) return text
  writeFileSync(join(root, name), file.after)
  expect(scan({ root }).findings.filter(({ severity }) => severity === 'error')).toEqual([])
  return file.after
}

const M = 'sslmode=verify-full'
test.each<[name: string, before: string, after: string]>([
  ['.env', `URL=${A}\n`, `URL=${A}?${M}\n`],
  ['.env', `URL="${A}" # the database\n`, `URL="${A}?${M}" # the database\n`],
  [
    '.env',
    `export URL='${A}?application_name=x'\r\n`,
    `export URL='${A}?application_name=x&${M}'\r\n`,
  ],
  ['.env', `URL=${A}?\n`, `URL=${A}?${M}\n`],
  ['.env', `URL=${A}?connect_timeout=1&\n`, `URL=${A}?connect_timeout=1&${M}\n`],
  ['.env', 'URL=postgres://a:b@db.example.com', `URL=postgres://a:b@db.example.com?${M}`],
  ['.env', `OTHER=$URL\nURL=${A}\n`, `OTHER=$URL\nURL=${A}?${M}\n`],
  ['.env', 'DSN="host=db.example.com dbname=app"\n', `DSN="${M} host=db.example.com dbname=app"\n`],
  ['a.yaml', `url: ${A}\n`, `url: ${A}?${M}\n`],
  ['a.yaml', `url: '${A}'\n`, `url: '${A}?${M}'\n`],
  ['a.yaml', `{ url: "${A}", x: 1 }\n`, `{ url: "${A}?${M}", x: 1 }\n`],
  ['a.yaml', `url: >-\n  ${A}\n`, `url: >-\n  ${A}?${M}\n`],
  ['compose.yaml', `environment:\n  - URL=${A}\n`, `environment:\n  - URL=${A}?${M}\n`],
  ['a.json', `{ "url": "${A}" }\n`, `{ "url": "${A}?${M}" }\n`],
  [
    'knex.json',
    `{ "client": "pg", "connection": "${A}" }`,
    `{ "client": "pg", "connection": "${A}?${M}" }`,
  ],
  ['a.toml', `url = "${A}"\n`, `url = "${A}?${M}"\n`],
  ['a.tf', `locals {\n  url = "${A}"\n}\n`, `locals {\n  url = "${A}?${M}"\n}\n`],
  ['a.ini', `url = ${A}\n`, `url = ${A}?${M}\n`],
  [
    'a.properties',
    'url=jdbc:postgresql://db.example.com/app\n',
    `url=jdbc:postgresql://db.example.com/app?${M}\n`,
  ],
  [
    'a.properties',
    'url=jdbc:postgresql://h.example/app?a=b\n',
    `url=jdbc:postgresql://h.example/app?a=b&${M}\n`,
  ],
  ['Dockerfile', `ENV URL=${A}\n`, `ENV URL=${A}?${M}\n`],
  ['a.service', `Environment="URL=${A}"\n`, `Environment="URL=${A}?${M}"\n`],
  ['a.sh', `psql "${A}"\n`, `psql "${A}?${M}"\n`],
  ['a.sh', `export URL=${A}\n`, `export URL=${A}?${M}\n`],
  ['a.sh', `URL='${A}?a=b'\n`, `URL='${A}?a=b&${M}'\n`],
  [
    'a.sh',
    'psql "host=db.example.com dbname=app"\n',
    `psql "${M} host=db.example.com dbname=app"\n`,
  ],
  ['main.go', 'dsn := "host=%s dbname=app"\n', `dsn := "${M} host=%s dbname=app"\n`],
  [
    'pg_service.conf',
    '[a]\r\nhost=db.example.com\r\ndbname=a\r\n',
    `[a]\r\nhost=db.example.com\r\n${M}\r\ndbname=a\r\n`,
  ],
  ['pg_service.conf', '[a]\nhost=db.example.com', `[a]\nhost=db.example.com\n${M}`],
])('%s: %j', (name, before, after) => {
  expect(fixed(name, before)).toBe(after)
})

test.each<[why: string, name: string, text: string]>([
  ['a server on this machine', '.env', 'URL=postgres://a:b@localhost/app\n'],
  ['an example', 'README.md', `    ${A}\n`],
  ['asyncpg takes ssl=, not sslmode=', '.env', 'URL=postgresql+asyncpg://a:b@db.example.com/app\n'],
  ['TypeORM wants the CA in code', 'a.json', `{ "type": "postgres", "url": "${A}" }`],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: what a file holds
  ['a variable at the end', '.env', 'URL=postgres://a:b@db.example.com/${NAME}\n'],
  ['a fragment for some, a name for others', '.env', `URL=${A}#x\n`],
  ['a pattern of the shell', 'a.sh', `psql ${A}\n`],
  ['the end of a command', 'a.sh', `export URL=${A}?a=b\n`],
  ['a piece of a text', 'main.py', `url = "${A}" + name\n`],
  ['a pattern of the shell in YAML', '.github/workflows/a.yml', `run: 'psql ${A}'\n`],
  ['keywords of another program', 'a.txt.j2', 'module: host=db.example.com dbname=app\n'],
  ['base64', 'a.yaml', `kind: Secret\ndata:\n  u: ${Buffer.from(A).toString('base64')}\n`],
])('is left to people: %s', (_, name, text) => {
  using project = folder({ [name]: text })
  const { findings } = scan({ root: project.root })
  expect(findings.map(({ rule }) => rule)).toContain('sslmode-missing')
  expect(fixed(name, text)).toBe(text)
})

test('what the file makes a longer string of is left, the longer string is not', () => {
  using project = folder({ '.env': `B=${A}\nURL=\${B}?schema=x\n` })
  const [file] = applyFixes(scan({ root: project.root }), () => `B=${A}\nURL=\${B}?schema=x\n`)
  expect(file?.after).toBe(`B=${A}\nURL=\${B}?schema=x&${M}\n`)
})

test('a fragment stays behind it, where the reader knows fragments', () => {
  const text = (url: string) => `{ "driver": "pg", "connectionString": "${url}" }`
  expect(fixed('a.json', text(`${A}#x`))).toBe(text(`${A}?${M}#x`))
})

test('for asyncpg the fix says what SQLAlchemy takes', () => {
  using project = folder({ '.env': 'URL=postgresql+asyncpg://a:b@db.example.com/app\n' })
  expect(scan({ root: project.root }).findings[0]?.fix).toContain('ssl=verify-full')
})
