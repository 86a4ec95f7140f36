/** `verify-full watch`, and its webhook. */
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { type PkiFiles, type PostgresServer, pki, postgres } from '../support/index.js'
import { start } from './run.js'

const SECRET = 'secret-app-pw'
let server: PostgresServer
let files: PkiFiles
let folder: string

beforeAll(async () => {
  files = await (await pki()).write()
  folder = mkdtempSync(join(tmpdir(), 'verify-full-watch-'))
  writeFileSync(join(folder, 'verify-full.config.json'), '{ "local": "refuse" }')
  server = await postgres({ hba: ['host all all all scram-sha-256'] })
  await server.admin('grant pg_monitor to app')
})
afterAll(async () => {
  await Promise.all([server?.stop(), files?.[Symbol.asyncDispose]()])
  rmSync(folder, { recursive: true, force: true })
})

const conninfo = () =>
  `host=localhost hostaddr=127.0.0.1 port=${server.port} user=app dbname=app sslrootcert=${files.root}`
const env = { PGPASSWORD: SECRET }

async function plaintext(application: string): Promise<void> {
  const { user, password, database, port } = server
  const config = { host: '127.0.0.1', port, user, password, database, ssl: false }
  const client = new pg.Client({ ...config, application_name: application })
  client.on('error', () => {})
  await client.connect()
  onTestFinished(() => client.end())
}

/** Takes what is POSTed; answers 500 to the first. */
async function receiver() {
  const got: unknown[] = []
  let answers = 0
  const http = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    if (answers++ === 0) return response.writeHead(500).end()
    got.push(JSON.parse(Buffer.concat(chunks).toString()))
    return response.end()
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  onTestFinished(() => void http.close())
  const { port } = http.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/hook-token`, got }
}

it('one line of JSON per event, and the webhook gets the same; stops when it is asked to', async () => {
  await plaintext('reporting')
  await plaintext('legacy')
  const { url, got } = await receiver()
  const argv = ['watch', conninfo(), '--every', '1', '--ignore', 'application=legacy']
  await using watching = start(argv, { env: { ...env, VERIFY_FULL_WEBHOOK: url }, cwd: folder })
  await vi.waitFor(() => expect(watching.out()).toContain('plaintext-session'), { timeout: 15_000 })
  await vi.waitFor(() => expect(got.length).toBeGreaterThan(1), { timeout: 10_000 })
  expect(await watching.stop()).toBe(0)
  const events = watching
    .out()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  // The role may not see pg_hba_file_rules, and that is said.
  expect(events.map(({ type }) => type).sort()).toEqual(['not-visible', 'plaintext-session'])
  expect(got).toEqual(events)
  expect(events.find(({ client }) => client)).toMatchObject({
    server: `localhost:${server.port}`,
    client: { application: 'reporting', sessions: 1 },
  })
  expect(watching.out() + watching.err()).not.toMatch(/secret-app-pw|hook-token/)
  await vi.waitFor(async () => expect(await server.connections()).toBe(2))
})

it('a webhook that never answers does not keep it from ending, and its URL is in no message', async () => {
  const http = createServer(() => {})
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  onTestFinished(() => {
    http.closeAllConnections()
    http.close()
  })
  const { port } = http.address() as AddressInfo
  await plaintext('one')
  await using watching = start(['watch', conninfo(), '--every', '1'], {
    env: { ...env, VERIFY_FULL_WEBHOOK: `http://127.0.0.1:${port}/hook-token?key=hook-key` },
    cwd: folder,
  })
  await vi.waitFor(() => expect(watching.out()).toContain('plaintext-session'), { timeout: 15_000 })
  const asked = Date.now()
  expect(await watching.stop()).toBe(0)
  expect(Date.now() - asked).toBeLessThan(8000)
  expect(watching.err()).toMatch(/^(the webhook did not take an event \(.*\)\n)+$/)
  expect(watching.err()).not.toMatch(/hook-|127\.0\.0\.1/)
})

it.each([
  ['neither string nor file', [], {}],
  ['a rule that is none', ['host=a', '--ignore', 'colour=red'], {}],
  ['a webhook in plaintext', ['host=a'], { VERIFY_FULL_WEBHOOK: 'http://example.com/hook-token' }],
  [
    'a webhook with a password, which fetch refuses',
    ['host=a'],
    { VERIFY_FULL_WEBHOOK: 'https://hook-token:hook-token@example.com/' },
  ],
  ['a webhook that is no URL', ['host=a'], { VERIFY_FULL_WEBHOOK: 'hook-token' }],
])('exit code 2 for %s', async (_, argv, more) => {
  const failing = start(['watch', ...argv], { env: more, cwd: folder })
  expect(await failing.ended).toBe(2)
  expect(failing.err()).not.toBe('')
  expect(failing.err()).not.toContain('hook-token')
})
