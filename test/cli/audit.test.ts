/** `verify-full audit` against real servers, in every format. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createAuthority, issueServerCertificate } from '@verify-full/certs'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  hostile,
  type PkiFiles,
  type PostgresServer,
  pgbouncer,
  pgbouncerAvailable,
  pki,
  postgres,
} from '../support/index.js'
import { freePort } from '../support/postmaster.js'
import { run } from './run.js'

const SECRET = 'secret-app-pw'
const HOSTILE_NAME = '<script>alert(1)</script>\u001b[31m'

let strict: PostgresServer
let loose: PostgresServer
let files: PkiFiles
let folder: string
let reporting: pg.Client

beforeAll(async () => {
  files = await (await pki()).write()
  folder = mkdtempSync(join(tmpdir(), 'verify-full-audit-'))
  ;[strict, loose] = await Promise.all([
    postgres({ hba: ['hostnossl all all all reject', 'hostssl all all all scram-sha-256'] }),
    postgres({ hba: ['hostssl all all all trust', 'host all all all md5'] }),
  ])
  for (const server of [strict, loose]) {
    await server.admin('grant pg_monitor to app')
    await server.admin('grant select on pg_hba_file_rules to app', 'app')
    await server.admin('grant execute on function pg_hba_file_rules() to app', 'app')
  }
  await loose.admin(`create role "${HOSTILE_NAME}" login password '${SECRET}'`)
  reporting = new pg.Client({
    host: '127.0.0.1',
    port: loose.port,
    user: HOSTILE_NAME,
    password: SECRET,
    database: 'app',
    ssl: false,
  })
  reporting.on('error', () => {})
  await reporting.connect()
  writeFileSync(join(folder, 'verify-full.config.json'), '{ "local": "refuse" }')
})
afterAll(async () => {
  await reporting?.end()
  await Promise.all([strict?.stop(), loose?.stop(), files?.[Symbol.asyncDispose]()])
  rmSync(folder, { recursive: true, force: true })
})

const conninfo = (...ports: readonly number[]): string =>
  `host=${ports.map(() => 'localhost').join()} hostaddr=${ports.map(() => '127.0.0.1').join()} ` +
  `port=${ports.join()} user=app dbname=app sslmode=verify-full sslrootcert=${files.root}`
const env = { PGPASSWORD: SECRET }
const audited = (...argv: readonly string[]) =>
  run(['audit', ...argv], { env, cwd: folder, now: new Date() })

describe('exit codes', () => {
  it('0 for a clean server', async () => {
    const clean = await run(['audit', conninfo(strict.port)], { env, now: new Date() })
    expect(clean).toMatchObject({ code: 0, err: expect.stringMatching(/^1\/1 /) })
    expect(clean.out).toMatch(/1 server: clean\n$/)
  })
  it('0 for warnings; 1 with --strict', async () => {
    await using soon = await postgres({ certificate: (await pki()).certificate('soon-expiring') })
    const argv = ['audit', conninfo(soon.port), '--no-connect']
    expect(await run(argv, { env, now: new Date() })).toMatchObject({
      code: 0,
      out: expect.stringContaining('warning: certificate-expiring'),
    })
    expect((await run([...argv, '--strict'], { env, now: new Date() })).code).toBe(1)
  })
  it('1 for findings', async () => {
    const { code, out } = await audited(conninfo(strict.port, loose.port))
    expect(code).toBe(1)
    expect(out).toContain('hba-accepts-plaintext')
    expect(out).toContain('hba-trust')
    expect(out).toContain('plaintext-session')
  })
  it.each([
    ['neither string nor file', []],
    ['both', ['host=a', '--targets', 'x.yaml']],
    ['a format that is none', ['host=a', '--format', 'pdf']],
    ['a string that libpq refuses', ['host=a nonsense']],
    ['a unix socket', ['dbname=app']],
    ['a file that is not there', ['--targets', 'missing.yaml']],
  ])('2 for %s', async (_, argv) => {
    const { code, err } = await audited(...argv)
    expect(code).toBe(2)
    expect(err).not.toBe('')
  })
})

it('without credentials nothing is asked inside', async () => {
  const { out } = await audited(conninfo(strict.port), '--no-connect', '--format', 'json')
  const [server] = JSON.parse(out).servers
  expect(server).toMatchObject({ role: 'unknown', sessions: null, rules: null, unseen: [] })
  expect(server.addresses[0]).toMatchObject({ ssl: 'S', plaintext: 'refused' })
})

it('json says everything, and holds no password', async () => {
  const { out } = await audited(conninfo(loose.port), '--format', 'json')
  const report = JSON.parse(out)
  expect(report).toMatchObject({ version: 1, status: 'findings' })
  expect(report.servers[0]).toMatchObject({
    role: 'primary',
    certificate: { issuer: expect.stringContaining('verify-full test root') },
    settings: { ssl: 'on', password_encryption: 'scram-sha-256' },
    sessions: { plaintext: [{ user: HOSTILE_NAME, address: '127.0.0.1', ssl: false }] },
  })
  expect(report.servers[0].findings[0]).toMatchObject({
    file: expect.stringMatching(/pg_hba\.conf$/),
    line: expect.any(Number),
    fix: expect.any(String),
  })
})

it.each(['text', 'json', 'markdown', 'html', 'sarif'])(
  '%s: no secret, no control character',
  async (format) => {
    const { out, err } = await audited(conninfo(loose.port), '--format', format)
    expect(out + err).not.toContain(SECRET)
    expect(out + err).not.toContain('\u001b')
    expect(out.length).toBeGreaterThan(200)
  },
)

// Looked at in headless Chromium by hand: VERIFY_FULL_KEEP_HTML=FILE writes the page there.
it('html: one file, nothing from elsewhere, what clients chose is text', async () => {
  const { out } = await audited(conninfo(strict.port, loose.port), '--format', 'html')
  const { VERIFY_FULL_KEEP_HTML: keep } = process.env
  if (keep) writeFileSync(keep, out)
  expect(out).not.toMatch(/<script|<link|src=|https?:\/\//)
  expect(out).toContain('&#60;script&#62;alert')
  expect(out).toContain("default-src 'none'")
  expect(out.match(/<details /g)).toHaveLength(2)
})

it('sarif: a rule for every result, and the line of pg_hba.conf', async () => {
  const { out } = await audited(conninfo(loose.port), '--format', 'sarif')
  const [{ tool, results }] = JSON.parse(out).runs
  const known = tool.driver.rules.map(({ id }: { id: string }) => id)
  expect(results.length).toBeGreaterThan(1)
  for (const { ruleId } of results) expect(known).toContain(ruleId)
  const places = results
    .filter(({ ruleId }: { ruleId: string }) => ruleId === 'hba-trust')
    .map(({ locations }: { locations: object[] }) => locations[0])
  // Line 1 is the superuser's way in through the socket, which `local: 'refuse'` counts.
  expect(places).toMatchObject(
    [1, 2].map((startLine) => ({
      physicalLocation: {
        artifactLocation: { uri: expect.stringMatching(/^file:\/\/.*pg_hba\.conf$/) },
        region: { startLine },
      },
    })),
  )
})

it('sarif: valid by the schema, and what was not seen is in it', async () => {
  const require = createRequire(new URL('../../packages/scan/package.json', import.meta.url))
  const schema = dirname(require.resolve('@microsoft/jest-sarif/package.json'))
  const Ajv = require('ajv-draft-04').default
  const ajv = new Ajv({ strict: false, unicodeRegExp: false })
  require('ajv-formats').default(ajv)
  const text = readFileSync(join(schema, 'lib/schemas/sarif-2.1.0-rtm.5.json'), 'utf8')
  const validate = ajv.compile(JSON.parse(text))
  const gone = `host=localhost hostaddr=127.0.0.1 port=${await freePort()} user=app`
  for (const asked of [conninfo(strict.port, loose.port), gone]) {
    const { code, out } = await audited(asked, '--format', 'sarif')
    expect(code).toBe(1)
    expect(validate(JSON.parse(out)), JSON.stringify(validate.errors)).toBe(true)
    if (asked !== gone) continue
    const [{ tool, results }] = JSON.parse(out).runs
    expect(tool.driver.rules).toMatchObject([{ id: 'not-seen' }])
    expect(results).toMatchObject([
      {
        ruleId: 'not-seen',
        level: 'warning',
        message: { text: expect.stringMatching(/ECONNREFUSED/) },
      },
    ])
  }
})

it.skipIf(!pgbouncerAvailable())(
  pgbouncerAvailable()
    ? 'a pooler: what is of it and what is of the server behind it is said, and it is not clean'
    : 'NOT TESTED: pgbouncer is not installed',
  async () => {
    const certificate = (await pki()).certificate('good')
    await using bouncer = await pgbouncer({ server: strict, certificate })
    const { code, out } = await run(['audit', conninfo(bouncer.port)], { env, now: new Date() })
    expect(code).toBe(1)
    expect(out).toContain('not seen: the server behind the pooler')
    expect(out).toMatch(/: incomplete\n$/)
  },
)

it('a role that does not see all sessions: the number in the table says so', async () => {
  await strict.admin("create role blind login password 'secret-app-pw'")
  for (const format of ['text', 'markdown', 'html']) {
    const asked = conninfo(strict.port).replace('user=app', 'user=blind')
    const { code, out } = await audited(asked, '--format', format)
    expect(code).toBe(1)
    expect(out).toContain(format === 'markdown' ? '0 (not all seen)' : '(not all seen)')
    expect(out).toContain('incomplete')
  }
})

it('a file of targets: names, replicas, passwords from variables', async () => {
  const path = join(folder, 'targets.yaml')
  writeFileSync(
    path,
    `targets:
  - name: orders
    conninfo: ${JSON.stringify(conninfo(strict.port))}
    replicas: ['localhost:${loose.port}']
    passwordEnv: ORDERS_PASSWORD
`,
  )
  const report = await run(['audit', '--targets', path, '--format', 'json'], {
    env: { ORDERS_PASSWORD: SECRET },
    cwd: folder,
    now: new Date(),
  })
  const { servers } = JSON.parse(report.out)
  expect(servers.map(({ cluster }: { cluster: string }) => cluster)).toEqual(['orders', 'orders'])
  expect(servers.map(({ rules }: { rules: unknown }) => rules !== null)).toEqual([true, true])
  const unset = await run(['audit', '--targets', path], { cwd: folder })
  expect(unset).toMatchObject({ code: 2, err: expect.stringContaining('targets[0].passwordEnv') })
})

it.each([
  ['not YAML', 'targets: [secret-x', 'is no YAML'],
  ['no list', 'target: secret-x', 'expected a list named targets'],
  ['an unknown key', 'targets: [{ conninfo: h, secret-x: 1 }]', 'unknown key'],
  ['a port that is none', "targets: [{ conninfo: h, standbyPort: 'secret-x' }]", 'a port'],
  ['no conninfo', 'targets: [{ name: secret-x }]', 'targets[0].conninfo'],
  ['a broken conninfo', "targets: [{ conninfo: 'host=a port=secret-x' }]", 'targets[0]: '],
])('a file of targets with %s is an error that quotes nothing', async (_, content, message) => {
  const path = join(folder, 'broken.yaml')
  writeFileSync(path, content)
  const { code, err } = await run(['audit', '--targets', path], { cwd: folder })
  expect(code).toBe(2)
  expect(err).toContain(message)
  expect(err).not.toContain('secret-x')
})

it('a server that nobody can reach', async () => {
  const gone = await hostile({ answer: 'close' })
  await gone.stop()
  const { code, out } = await audited(conninfo(gone.port))
  expect(code).toBe(1)
  expect(out).toContain('unreachable')
  // At night, in a terminal: what was tried, and what came of it.
  expect(out).toMatch(
    /not seen: address 127\.0\.0\.1\n +why +nothing listens there \(ECONNREFUSED\)/,
  )
})

it('what expires first is what the tables and the timeline show, also where it is an intermediate', async () => {
  const root = await createAuthority({ name: 'root', days: 400 })
  const middle = await createAuthority({ name: 'middle', days: 12, issuer: root })
  const leaf = await issueServerCertificate(middle, { hosts: ['localhost'], days: 40 })
  // Certificates know whole seconds: a minute later no day is whole any more.
  const now = new Date(Date.now() + 60_000)
  await using server = await postgres({ certificate: leaf })
  const show = async (format: string, at = now) =>
    (await run(['audit', conninfo(server.port), '--no-connect', '--format', format], { now: at }))
      .out
  expect(JSON.parse(await show('json')).servers[0]).toMatchObject({
    certificate: { subject: 'CN=localhost', daysLeft: 39 },
    expires: { subject: 'CN=middle', daysLeft: 11 },
  })
  const html = await show('html')
  expect(html).toMatch(/title="CN=middle until [^"]*"><span class="bar warning" style="width:3%"/)
  expect(html).toMatch(/expires first: CN=middle, until .* \(11 days\)/)
  expect(await show('text')).toMatch(/ 11 days /)
  const late = await show('text', new Date(now.getTime() + 13 * 86_400_000))
  expect(late).toMatch(/ expired /)
  expect(late).not.toMatch(/-\d+ days/)
})
