/** `verify-full exporter` over HTTP, in front of real servers. */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { hostile, type PkiFiles, type PostgresServer, pki, postgres } from '../support/index.js'
import { type Running, start } from './run.js'

const SECRET = 'secret-app-pw'
let server: PostgresServer
let files: PkiFiles
let folder: string
let exporter: Running
let url: string

beforeAll(async () => {
  files = await (await pki()).write()
  folder = mkdtempSync(join(tmpdir(), 'verify-full-exporter-'))
  writeFileSync(join(folder, 'password'), `${SECRET}\n`)
  writeFileSync(
    join(folder, 'modules.yaml'),
    `modules:
  default: { rootCert: ${files.root}, user: app, connect: false, timeoutSeconds: 3 }
  inside: { rootCert: ${files.root}, user: app, database: app, passwordFile: password, timeoutSeconds: 30, policy: { local: refuse } }
`,
  )
  server = await postgres({ hba: ['host all all all scram-sha-256'] })
  await server.admin('grant pg_monitor to app')
  const argv = ['exporter', '--listen', '127.0.0.1:0', '--modules', 'modules.yaml']
  exporter = start([...argv, '--concurrency', '2'], { cwd: folder })
  await vi.waitFor(() => expect(exporter.err()).toContain('http://'), { timeout: 10_000 })
  url = /http:\S+/.exec(exporter.err())?.[0] ?? ''
})
afterAll(async () => {
  await exporter?.stop()
  await Promise.all([server?.stop(), files?.[Symbol.asyncDispose]()])
  rmSync(folder, { recursive: true, force: true })
})

const get = async (path: string, headers: Record<string, string> = {}) => {
  const response = await fetch(`${url}${path}`, { headers })
  return { status: response.status, body: await response.text() }
}
const probe = (port: number, module = 'default', headers = {}) =>
  get(`/probe?target=localhost:${port}&module=${module}`, headers)

it('is healthy, and counts its own probes', async () => {
  expect(await get('/healthz')).toEqual({ status: 200, body: 'ok\n' })
  await probe(server.port)
  const { body } = await get('/metrics')
  expect(body).toMatch(/verify_full_exporter_probes_total\{outcome="\w+"\} \d/)
  expect(body).toContain('process_cpu_user_seconds_total')
})

it('outside: TLS, versions, plaintext, certificate', async () => {
  const { status, body } = await probe(server.port)
  expect(status).toBe(200)
  expect(body).toContain('verify_full_up 1')
  expect(body).toContain('verify_full_tls_offered{address="127.0.0.1"} 1')
  expect(body).toContain(
    'verify_full_tls_version_accepted{address="127.0.0.1",version="TLSv1.3"} 1',
  )
  expect(body).toContain('verify_full_plaintext_accepted{address="127.0.0.1"} 1')
  expect(body).toContain('verify_full_certificate_trusted{address="127.0.0.1"} 1')
  expect(body).toMatch(/verify_full_certificate_not_after_seconds\{address="127.0.0.1",.*\} \d{10}/)
  expect(body).not.toContain('verify_full_connected')
})

it('inside: who is in plaintext, and what is not visible', async () => {
  const { user, password, database, port } = server
  const config = { host: '127.0.0.1', port, user, password, database, ssl: false }
  const client = new pg.Client({ ...config, application_name: 'say "hi"\\' })
  onTestFinished(() => client.end())
  await client.connect()
  const { body } = await probe(port, 'inside')
  expect(body).toContain('verify_full_connected 1')
  expect(body).toContain(
    'verify_full_plaintext_sessions{user="app",database="app",application="say \\"hi\\"\\\\"} 1',
  )
  expect(body).toContain('verify_full_findings{rule="plaintext-session",severity="violation"} 1')
  expect(body).toContain('verify_full_not_visible{what="pg_hba.conf"} 1')
  expect(body).toContain('verify_full_in_recovery 0')
  expect(body).not.toContain(SECRET)
})

describe('what is asked of it', () => {
  it.each([
    ['no target', '/probe'],
    ['a connection string', `/probe?target=${encodeURIComponent('postgres://app:secret-x@h/app')}`],
    ['a password', '/probe?target=h:5432&password=secret-x'],
    ['a module that is not there', '/probe?target=h:5432&module=secret-x'],
    ['a port that is none', '/probe?target=h:99999'],
  ])('400 for %s, and quotes nothing', async (_, path) => {
    const { status, body } = await get(path)
    expect(status).toBe(400)
    expect(body).not.toContain('secret-x')
  })
  it('404 elsewhere, 405 for anything but GET', async () => {
    expect((await get('/')).status).toBe(404)
    expect((await get('//')).status).toBe(400)
    expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(405)
  })
})

it('a server that is gone, and one that never answers: up or not, within the time', async () => {
  const gone = await hostile({ answer: 'close' })
  await gone.stop()
  expect((await probe(gone.port)).body).toContain('verify_full_up 0')
  await using silent = await hostile({ answer: 'silence' })
  const { status, body } = await probe(silent.port, 'default', {
    'x-prometheus-scrape-timeout-seconds': '1',
  })
  expect(status).toBe(200)
  const [, seconds] = /^verify_full_probe_duration_seconds (\S+)$/m.exec(body) ?? []
  // The module would allow three seconds.
  expect(Number(seconds)).toBeLessThan(2.5)
})

it('more probes than it may: 503 for the rest, and it recovers', async () => {
  await using silent = await hostile({ answer: 'silence' })
  const many = await Promise.all(Array.from({ length: 6 }, () => probe(silent.port)))
  const statuses = many.map(({ status }) => status).sort()
  expect(statuses).toEqual([200, 200, 503, 503, 503, 503])
  expect((await probe(server.port)).status).toBe(200)
})

it('listens on loopback unless it is told otherwise, and then says what that means', async () => {
  const help = start(['exporter', '--help'])
  await help.ended
  expect(help.out()).toMatch(/default: +"127\.0\.0\.1:9849"/)
  expect(exporter.err()).not.toContain('other hosts')
  await using open = start(['exporter', '--listen', '0.0.0.0:0'])
  await vi.waitFor(() => expect(open.err()).toContain('can be reached from other hosts'))
})

it('a root.crt that goes away: 500, and stderr says which file; back again without a restart', async () => {
  const root = join(folder, 'moving-root.crt')
  copyFileSync(files.root, root)
  writeFileSync(
    join(folder, 'moving.yaml'),
    `modules: { default: { rootCert: ${root}, user: app, connect: false } }`,
  )
  const argv = ['exporter', '--listen', '127.0.0.1:0', '--modules', 'moving.yaml']
  await using moving = start(argv, { cwd: folder })
  await vi.waitFor(() => expect(moving.err()).toContain('http://'), { timeout: 10_000 })
  const at = /http:\S+/.exec(moving.err())?.[0]
  const ask = async () => (await fetch(`${at}/probe?target=localhost:${server.port}`)).status
  expect(await ask()).toBe(200)
  rmSync(root)
  expect(await ask()).toBe(500)
  expect(moving.err()).toContain(`a request failed: ${root}: cannot be read (ENOENT)`)
  copyFileSync(files.root, root)
  expect(await ask()).toBe(200)
})

it.each([
  ['a file that is not there', ['--modules', 'missing.yaml'], 'missing.yaml'],
  ['an address that is none', ['--listen', 'nowhere'], '--listen'],
])('exit code 2 for %s', async (_, argv, message) => {
  const failing = start(['exporter', ...argv], { cwd: folder })
  expect(await failing.ended).toBe(2)
  expect(failing.err()).toContain(message)
})

it.each([
  ['modules: { a: { user: app, secret-x: 1 } }', 'unknown key'],
  ['modules: { a: { rootCert: [secret-x] } }', 'rootCert must be'],
  ['modules: secret-x', 'expected a mapping'],
  ['modules: [secret-x]', 'expected a mapping'],
  ['modules: {}', 'there is no module in it'],
  [
    'modules: { a: { rootCert: /no/such/root.crt } }',
    'module a: /no/such/root.crt: cannot be read',
  ],
  ['modules: { a: { user: x, passwordFile: gone } }', 'gone cannot be read (ENOENT)'],
  ['modules: { a: { user: x, passwordEnv: GONE } }', 'names a variable that is not set'],
  ['modules: { a: { policy: [secret-x] } }', 'policy must be'],
  ['modules: [', 'is no YAML'],
  ['modules: { a: { policy: { minimun: require } } }', 'Did you mean minimum'],
])('a modules file %s is an error that quotes no value', async (content, message) => {
  writeFileSync(join(folder, 'broken.yaml'), content)
  const failing = start(['exporter', '--modules', 'broken.yaml'], { cwd: folder })
  expect(await failing.ended).toBe(2)
  expect(failing.err()).toContain(message)
  expect(failing.err()).not.toContain('secret-x')
})
