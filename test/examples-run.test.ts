/** Each example as its README starts it: built, on a real server, queried, stopped, and refusing. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { copyOf } from './support/copies.js'
import { type Pki, type PkiFiles, type PostgresServer, pki, postgres } from './support/index.js'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** The examples that are services, and the adapter that each shows. */
const EXAMPLES = [
  ['express-pg', 'pg'],
  ['fastify-knex', 'knex'],
  ['nest-typeorm', 'typeorm'],
] as const
const PACKAGES = ['core', ...EXAMPLES.map(([, adapter]) => adapter)]
/** Where the version matrix wants another copy of a library, only its example: built as it is, run with that. */
const COPIED = EXAMPLES.filter(([, adapter]) => copyOf(adapter) !== undefined)
const PRELOAD = new URL('./support/copies-preload.mjs', import.meta.url).href

let server: PostgresServer
let set: Pki
let files: PkiFiles
beforeAll(async () => {
  set = await pki()
  files = await set.write()
  server = await postgres()
  const node = (...args: string[]) => promisify(execFile)(process.execPath, args, { cwd: ROOT })
  const folders = EXAMPLES.map(([name]) => `examples/${name}`)
  await node('node_modules/typescript/bin/tsc', '-b', ...folders)
  await node('test/package/bundle.mjs', ...PACKAGES)
}, 120_000)
afterAll(() => Promise.all([server?.stop(), files?.[Symbol.asyncDispose]()]))

function start(example: string, parameters: Record<string, string>): ChildProcess {
  const { user, password, port, database } = server
  const url = `postgres://${user}:${password}@127.0.0.1:${port}/${database}`
  const inherited = Object.entries(process.env).filter(([name]) => !/^(PG|NODE_|VITEST)/.test(name))
  const preload = COPIED.length > 0 ? ['--import', PRELOAD] : []
  const child = spawn(process.execPath, [...preload, `examples/${example}/dist/main.js`], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...Object.fromEntries(inherited),
      DATABASE_URL: `${url}?${new URLSearchParams(parameters)}`,
      HOST: '127.0.0.1',
      PORT: '0',
    },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

/** Resolves with the address that the service announces. */
async function addressOf({ stdout }: ChildProcess): Promise<string> {
  let said = ''
  for await (const chunk of stdout ?? []) {
    said += chunk
    const [, address] = /(http:\/\/127\.0\.0\.1:\d+)/.exec(said) ?? []
    if (address) return address
  }
  throw new Error(`it ended without an address: ${said}`)
}

describe.each(COPIED.length > 0 ? COPIED : EXAMPLES)(
  'examples/%s',
  { timeout: 60_000 },
  (name, driver) => {
    it('serves, shows its session, outlives a refusal, and ends by itself when told to', async () => {
      const child = start(name, { sslmode: 'verify-full', sslrootcert: files.root })
      const exit = once(child, 'exit')
      const errors = child.stderr ? text(child.stderr) : ''
      const address = await addressOf(child)

      const health = await fetch(`${address}/health`)
      const shown = await health.text()
      expect(health.status, shown).toBe(200)
      const session = { driver, server: { ssl: true }, local: { authorized: true } }
      expect([JSON.parse(shown)].flat()).toMatchObject([{ driver, violations: [], session }])
      expect(shown).not.toContain(server.password)

      const time = await fetch(`${address}/time`)
      const { now } = (await time.json()) as { now: string }
      expect(Math.abs(Date.parse(now) - Date.now())).toBeLessThan(60_000)

      onTestFinished(() => server.setCertificate({ ...set.certificate('good'), ca: set.root.root }))
      await server.setCertificate({ ...set.certificate('rogue'), ca: set.root.root })
      const refused = await fetch(`${address}/health`)
      expect(refused.status).toBe(503)
      expect(await refused.json()).toEqual({ error: 'the database cannot be used' })
      await server.setCertificate({ ...set.certificate('good'), ca: set.root.root })
      expect((await fetch(`${address}/health`)).status).toBe(200)

      child.kill('SIGTERM')
      expect(await exit).toEqual([0, null])
      expect(await errors).toContain('certificate-not-verified')
      expect(await errors).not.toContain(server.password)
      await expect.poll(() => server.connections()).toBe(0)
    })

    it.each([
      ['sslmode=prefer', 'prefer', 'root', 'sslmode-below-verify-full'],
      ['another CA', 'verify-full', 'rogueRoot', 'certificate-not-verified'],
    ] as const)('refuses to start with %s, readably', async (_, sslmode, root, rule) => {
      const child = start(name, { sslmode, sslrootcert: files[root] })
      const [[code], said, stdout] = await Promise.all([
        once(child, 'exit'),
        child.stderr ? text(child.stderr) : '',
        child.stdout ? text(child.stdout) : '',
      ])
      expect(code).toBe(1)
      expect(said).toContain(`verify-full refused the ${driver} connection to 127.0.0.1`)
      expect(said).toContain(rule)
      expect(said).toMatch(/^ {4}fix /m)
      expect(said).not.toContain(server.password)
      // No stack, and nobody was told that it listens.
      expect(said).not.toMatch(/^\s+at /m)
      expect(stdout).toBe('')
    })
  },
)
