import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { run } from '../../../test/cli/run.js'
import { runs } from '../../../test/support/runs.js'
import type { Answer } from '../src/explain/answer.js'
import { READER_IDS } from '../src/explain/readers.js'

const folder = mkdtempSync(join(tmpdir(), 'verify-full-explain-'))
afterAll(() => rmSync(folder, { recursive: true }))
const write = (name: string, text: string) => writeFileSync(join(folder, name), text)

const explained = async (argv: string[], options: Parameters<typeof run>[1] = {}) => {
  const { code, out, err } = await run(['explain', '--format', 'json', ...argv], options)
  expect(err).toBe('')
  expect(code).toBe(0)
  return JSON.parse(out) as Answer
}
const row = (answer: Answer, reader: string) => answer.rows.find((it) => it.reader === reader)
const url = (query = '') => `postgres://app:hunter2@db.example.com/app${query}`

describe('verify-full explain', () => {
  test('one string has many readers', async () => {
    const { rows, unread } = await explained([url('?sslmode=require')])
    expect(unread).toEqual([])
    expect(rows.map(({ reader }) => reader)).toEqual(READER_IDS)
    expect(Object.fromEntries(rows.map((it) => [it.reader, it.attempts.join(', ')]))).toEqual({
      libpq: 'tls(none)',
      'pg-8': 'tls(full)',
      'pg-9': 'tls(none)',
      knex: 'tls(full)',
      'knex-object': 'tls(full)',
      typeorm: 'tls(full)',
      sequelize: 'tls(full)',
      'mikro-orm': 'plaintext',
      slonik: 'tls(full)',
      postgres: 'tls(none)',
      'prisma-adapter': 'tls(full)',
      'prisma-engine': 'tls(none)',
      jdbc: 'tls(none)',
      pgx: 'tls(none)',
      asyncpg: 'tls(none)',
    })
    expect(rows.filter(({ verdict }) => verdict === 'accepted')).toEqual([])
  })

  test('verify-full is accepted by those who know it', async () => {
    const { rows } = await explained([url('?sslmode=verify-full')])
    const refused = rows.filter(({ verdict }) => verdict === 'refused').map((it) => it.reader)
    expect(refused).toEqual(['mikro-orm', 'slonik', 'prisma-engine'])
  })

  test('settings that are not used are shown with what took their place', async () => {
    const answer = await explained([url('?sslmode=verify-full')])
    expect(row(answer, 'mikro-orm')?.discarded).toEqual([
      { setting: 'URL parameter sslmode', by: 'nothing: it is never read' },
    ])
  })

  test('a keyword string is for libpq only, and pg would send it to a host named base', async () => {
    const answer = await explained(['host=db.example.com password=hunter2 sslmode=verify-full'])
    expect(row(answer, 'libpq')).toMatchObject({
      endpoint: 'db.example.com:5432',
      verdict: 'accepted',
    })
    expect(row(answer, 'pg-8')).toMatchObject({ endpoint: 'base:5432', verdict: 'refused' })
    expect(answer.unread.map(({ reader }) => reader)).toContain('asyncpg (Python)')
    expect(JSON.stringify(answer)).not.toContain('hunter2')
  })

  test('the environment counts with --env only', async () => {
    const env = { PGSSLMODE: 'verify-full' }
    const verdict = async (argv: string[]) => row(await explained(argv, { env }), 'pg-8')?.verdict
    expect(await verdict([url()])).toBe('refused')
    expect(await verdict([url(), '--env'])).toBe('accepted')
    const alone = await explained(['--env'], { env: { ...env, PGHOST: 'db.example.com' } })
    expect(row(alone, 'pg-8')).toMatchObject({
      endpoint: 'db.example.com:5432',
      verdict: 'accepted',
    })
  })

  test('a variable or standard input keeps the string out of the history of the shell', async () => {
    const named = await explained(['--env', 'DATABASE_URL'], { env: { DATABASE_URL: url() } })
    expect(named.source).toBe('the variable DATABASE_URL')
    const piped = await explained(['-'], { stdin: `${url()}\n` })
    expect(row(piped, 'pg-8')?.endpoint).toBe('db.example.com:5432')
  })

  test('a service is read where libpq finds it, and the drivers of Node are said to ignore it', async () => {
    const home = mkdtempSync(join(folder, 'home-'))
    const [own, system] = [
      '[app]\nhost=db.example.com\nsslmode=require\n',
      '[shared]\nhost=s.example.com\n',
    ]
    writeFileSync(join(home, '.pg_service.conf'), own)
    const sysconf = mkdtempSync(join(folder, 'sysconf-'))
    writeFileSync(join(sysconf, 'pg_service.conf'), `${system}sslmode=verify-full\n`)
    const both = { HOME: home, PGSYSCONFDIR: sysconf }

    const app = await explained(['service=app'], { env: both })
    expect(row(app, 'libpq')).toMatchObject({
      endpoint: 'db.example.com:5432',
      attempts: ['tls(none)'],
      violations: [{ from: '~/.pg_service.conf:3 service file keyword sslmode' }],
    })
    const shared = await explained(['postgres:///?service=shared'], { env: both })
    expect(row(shared, 'libpq')).toMatchObject({
      endpoint: 's.example.com:5432',
      verdict: 'accepted',
    })
    for (const reader of ['pg-8', 'knex', 'typeorm', 'mikro-orm', 'postgres', 'prisma-engine']) {
      expect(row(shared, reader)?.discarded).toContainEqual({
        setting: 'URL parameter service',
        by: 'nothing: it is never read',
      })
    }
    const variable = await explained(['--env'], { env: { ...both, PGSERVICE: 'app' } })
    expect(row(variable, 'libpq')?.endpoint).toBe('db.example.com:5432')
    expect(row(variable, 'pg-8')?.discarded).toEqual([
      { setting: 'environment variable PGSERVICE', by: 'nothing: it is never read' },
    ])
  })

  test('a service that is not found is unknown where libpq looks elsewhere, too, and else an error', async () => {
    const unknown = row(await explained(['service=nowhere'], { env: { HOME: folder } }), 'libpq')
    expect(unknown?.unknown).toEqual(['connection string keyword service'])
    const reason = async (env: Record<string, string>) =>
      (await explained(['service=nowhere'], { env })).unread.find(
        (it) => it.reader === 'libpq, psql',
      )?.reason
    expect(await reason({ PGSYSCONFDIR: folder })).toBe('no service file defines the service')
    expect(await reason({ PGSERVICEFILE: join(folder, 'no-such-file') })).toBe(
      'the service file cannot be read',
    )
  })

  test('a file is run, and only the library that it is written for reads it', async () => {
    write(
      'knexfile.cjs',
      `const connection = ${JSON.stringify(url())}
       module.exports = { development: { client: 'pg', connection },
         production: { client: 'pg', connection: connection + '?sslmode=verify-full' } }`,
    )
    const verdicts = async (name: string) =>
      (await explained(['--file', `knexfile.cjs#${name}`], { cwd: folder })).rows.map((it) => [
        it.reader,
        it.verdict,
      ])
    expect(await verdicts('production')).toEqual([['knex', 'accepted']])
    expect(await verdicts('development')).toEqual([['knex', 'refused']])
  })

  test.each([
    ['sequelize', '{ "dialect": "postgres", "ssl": true }', 'sequelize'],
    ['pg', '{ "host": "db.example.com", "ssl": true }', 'pg-8'],
    ['mikro', '{ "clientUrl": "postgres://db.example.com/app" }', 'mikro-orm'],
    ['slonik', '{ "connectionUri": "postgres://db.example.com/app" }', 'slonik'],
    ['typeorm', '{ "type": "postgres", "host": "db.example.com" }', 'typeorm'],
    ['string', `"${url()}"`, 'libpq'],
  ])('%s.json is read by %3$s', async (name, text, reader) => {
    write(`${name}.json`, text)
    const { rows } = await explained(['--file', `${name}.json`], { cwd: folder })
    expect(rows[0]?.reader).toBe(reader)
  })

  test('a named export, a DataSource, a path into what is exported', async () => {
    write(
      'data-source.mjs',
      `export const AppDataSource = { options: { type: 'postgres', replication: {
         master: { host: 'db.example.com', ssl: true }, slaves: [{ host: 'r.example.com' }] } } }
       export default { databases: { main: { host: 'db.example.com', ssl: true } } }`,
    )
    const rows = async (path: string) =>
      (await explained(['--file', `data-source.mjs#${path}`], { cwd: folder })).rows
    expect((await rows('AppDataSource')).map((it) => [it.label, it.name, it.verdict])).toEqual([
      ['TypeORM', 'replication.master', 'accepted'],
      ['TypeORM', 'replication.slaves[0]', 'refused'],
    ])
    expect((await rows('databases.main'))[0]).toMatchObject({ label: 'pg 8', verdict: 'accepted' })
    const { code, err } = await run(['explain', '--file', 'data-source.mjs#nothing'], {
      cwd: folder,
    })
    expect(code).toBe(2)
    expect(err).toMatch(/is no options object; data-source\.mjs exports databases, AppDataSource/)
  })

  test('the policy file decides the verdict', async () => {
    const cwd = mkdtempSync(join(folder, 'policy-'))
    writeFileSync(join(cwd, 'verify-full.config.json'), '{ "minimum": "disable" }')
    const { minimum, rows } = await explained([url('?sslmode=require')], { cwd })
    expect(minimum).toBe('disable')
    expect(rows.find(({ reader }) => reader === 'pg-8')?.verdict).toBe('accepted')
  })

  test('a table for the terminal', async () => {
    const { out } = await run(['explain', '--reader', 'libpq,pg-8', url('?sslmode=prefer')])
    expect(out).toMatchInlineSnapshot(`
      "What each reader makes of the connection string (minimum verify-full)

      reader       dials                attempts                   verifies        roots   not used  verdict
      libpq, psql  db.example.com:5432  tls(none), then plaintext  nothing         -       -         refused
      pg 8         db.example.com:5432  tls(full)                  chain and name  Node's  -         refused

      sslmode-below-verify-full  libpq, psql
        found  sslmode=prefer: an attacker only has to answer N for everything to be sent unencrypted
        from   URL parameter sslmode
        fix    write sslmode=verify-full sslrootcert=/path/to/root.crt (or set PGSSLMODE and PGSSLROOTCERT)

      sslmode-below-verify-full  pg 8
        found  sslmode=prefer: this driver version happens to verify fully, but libpq and the next major version of pg do not
        from   URL parameter sslmode
        fix    append ?sslmode=verify-full&sslrootcert=/path/to/root.crt to the connection string, or pass ssl: { ca: fs.readFileSync('/path/to/root.crt', 'utf8') } without an sslmode
      "
    `)
  })

  test('a table for a merge request', async () => {
    const argv = ['explain', '--format', 'markdown', '--reader', 'libpq', url('?sslmode=prefer')]
    expect((await run(argv)).out).toMatchInlineSnapshot(`
      "What each reader makes of the connection string (minimum \`verify-full\`):

      | reader | dials | attempts | verifies | roots | not used | verdict |
      | --- | --- | --- | --- | --- | --- | --- |
      | libpq, psql | db.example.com:5432 | tls(none), then plaintext | nothing | - | - | refused |

      * **sslmode-below-verify-full** (libpq, psql): sslmode=prefer: an attacker only has to answer N for everything to be sent unencrypted. Fix: write sslmode=verify-full sslrootcert=/path/to/root.crt (or set PGSSLMODE and PGSSLROOTCERT)
      "
    `)
  })

  test.each<[argv: string[], message: RegExp]>([
    [[], /explain what\?/],
    [['--env', 'postgres://app:hunter2@db/app'], /name of a variable/],
    [['--env', 'MISSING'], /MISSING is not set/],
    [['--file', 'nowhere.js'], /nowhere\.js cannot be loaded \(ERR_MODULE_NOT_FOUND\)/],
    [['--reader', 'oracle', url()], /known are libpq/],
    [['--format', 'xml', url()], /table, json, markdown/],
    [[url(), '--file', 'x.js'], /one of/],
  ])('%j is a usage error', async (argv, message) => {
    const { code, out, err } = await run(['explain', ...argv], { cwd: folder })
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(message)
    expect(err).not.toContain('hunter2')
  })

  test('a file that cannot be parsed is not quoted', async () => {
    write('broken.cjs', "module.exports = { password: 'hunter2'")
    const { code, err } = await run(['explain', '--file', 'broken.cjs'], { cwd: folder })
    expect(code).toBe(2)
    expect(err).not.toContain('hunter2')
  })

  test('no password and no user name in any format, whatever the string is', async () => {
    const word = (prefix: string) =>
      fc.stringMatching(/^[A-Za-z0-9!$*_=.~/?#@:&; -]{0,14}$/).map((it) => `${prefix}${it}Zq9x`)
    const places: ((user: string, password: string) => string)[] = [
      (user, password) => `postgres://${user}:${password}@db.example.com/app?sslmode=require`,
      (user, password) => `postgres://${user}:${encodeURIComponent(password)}@db.example.com/app`,
      (user, password) => `jdbc:postgresql://${user}:${password}@db.example.com/app`,
      (user, password) => `jdbc:postgresql://db/app?user=${user}&password=${password}`,
      (user, password) => `host=db user=${user} password=${password} sslmode=verify-full`,
      (user, password) => `host=db user='${user}' password='${password}`,
      (user, password) => `${user}:${password}@db.example.com/app`,
      (user, password) => `postgres://db.example.com/app?sslrootcert=/x;user=${user};${password}`,
      (user, password) => `postgres://db.example.com/app?user=${user}&sslmode=${password}`,
      (user, password) => `postgresql+asyncpg://${user}:${password}@db.example.com/app?ssl=require`,
    ]
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...places),
        word('Pq7w'),
        word('Us3r'),
        fc.constantFrom('table', 'json', 'markdown'),
        async (place, password, user, format) => {
          const argv = ['explain', '--format', format, '-']
          const { code, out, err } = await run(argv, { stdin: place(user, password) })
          expect(code).toBe(0)
          expect(out + err).not.toMatch(/Pq7w|Zq9x|Us3r/)
        },
      ),
      { numRuns: runs(300) },
    )
  }, 60_000)
})
