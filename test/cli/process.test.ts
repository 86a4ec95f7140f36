/** The command as it is shipped: built into one file, started by Node, stopped by a signal. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type PkiFiles, type PostgresServer, pki, postgres } from '../support/index.js'

// Five processes start at once, on whatever else this machine does.
vi.setConfig({ testTimeout: 60_000 })

const PASSWORD = 'secret-app-pw'
let folder: string
let binary: string
let library: string
let files: PkiFiles
let server: PostgresServer
const children: ChildProcessWithoutNullStreams[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'verify-full-process-'))
  binary = join(folder, 'dist/bin.mjs')
  library = join(folder, 'dist/server.mjs')
  writeFileSync(join(folder, 'package.json'), '{ "version": "0.0.0" }')
  writeFileSync(join(folder, '.env'), 'A=postgres://app:pw@db.example.com/app?sslmode=prefer\n')
  ;[server, files] = await Promise.all([
    postgres({ hba: ['host all all all scram-sha-256'] }),
    pki().then((set) => set.write()),
    build(binary, 'cli/src/bin.ts'),
    build(library, 'server/src/index.ts'),
  ])
}, 60_000)
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await Promise.all([server?.stop(), files?.[Symbol.asyncDispose]()])
  rmSync(folder, { recursive: true, force: true })
})

async function build(file: string, source: string): Promise<void> {
  const bundle = await rolldown({
    input: fileURLToPath(new URL(`../../packages/${source}`, import.meta.url)),
    platform: 'node',
    external: ['pg-native'],
    // As tsc does: Node 20 has no `await using`.
    transform: { target: 'es2022' },
    // `import` or `require` goes by who asks.
    resolve: { conditionNames: ['@verify-full/source', 'node'], mainFields: ['module', 'main'] },
  })
  await bundle.write({ file, format: 'esm', codeSplitting: false })
  await bundle.close()
}

const started = (...argv: readonly string[]) => node(binary, ...argv)
function node(...argv: readonly string[]) {
  const env = { PATH: process.env.PATH, HOME: folder, PGPASSWORD: PASSWORD }
  const child = spawn(process.execPath, argv, { cwd: folder, env })
  children.push(child)
  return { child, written: collected(child), ended: once(child, 'close') }
}
function collected({ stdout, stderr }: ChildProcessWithoutNullStreams) {
  const written = { out: '', err: '' }
  stdout.on('data', (chunk) => {
    written.out += String(chunk)
  })
  stderr.on('data', (chunk) => {
    written.err += String(chunk)
  })
  return written
}
const conninfo = () =>
  `host=localhost hostaddr=127.0.0.1 port=${server.port} user=app dbname=app sslmode=verify-full sslrootcert=${files.root}`

it.concurrent.each([
  ['scan', () => ['scan', '.env'], 1, 'sslmode-below-verify-full'],
  ['doctor', () => ['doctor', conninfo()], 0, 'verified: everything'],
  ['audit', () => ['audit', conninfo(), '--format', 'json'], 1, '"role": "primary"'],
] as const)('%s: says what it found, and its exit code', async (_, argv, code, said) => {
  const { written, ended } = started(...argv())
  const [exit] = await ended
  expect({ exit, ...written }, written.err).toMatchObject({
    exit: code,
    out: expect.stringContaining(said),
  })
  expect(written.out + written.err).not.toContain(PASSWORD)
})

it.concurrent('watch: a line per event until SIGTERM, then 0', async () => {
  const { child, written, ended } = started('watch', conninfo(), '--every', '1')
  const told = () => expect(written.out, written.err).toContain('"type":"not-visible"')
  await vi.waitFor(told, 40_000)
  child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
  expect(written.err).toBe('')
})

it.concurrent('exporter: answers until SIGTERM, then 0', async () => {
  const { child, written, ended } = started('exporter', '--listen', '127.0.0.1:0')
  await vi.waitFor(() => expect(written.err).toContain('http://'), 40_000)
  const [url] = /http:\S+/.exec(written.err) ?? []
  const answer = await fetch(`${url}/probe?target=localhost:${server.port}`)
  expect(await answer.text()).toContain('verify_full_up 1')
  child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
})

it('a watch keeps no service alive: once the work is done, the process ends', async () => {
  const script = `
    import { watch } from ${JSON.stringify(pathToFileURL(library).href)}
    const work = setInterval(() => {}, 1000)
    watch({
      targets: [{ servers: [{ host: '127.0.0.1', port: ${server.port} }] }],
      everySeconds: 1,
      onLook: () => { console.log('looked'); clearInterval(work) },
    })`
  const { written, ended } = node('--input-type=module', '--eval', script)
  const [code] = await ended
  expect({ code, ...written }).toEqual({ code: 0, out: 'looked\n', err: '' })
})

it('who stops reading, and a defect, are no findings: exit code 2, and no stack', async () => {
  const { child, written, ended } = started('audit', conninfo(), '--no-connect', '--format', 'html')
  child.stdout.destroy()
  expect((await ended)[0]).toBe(2)
  expect(written.err).not.toContain(' at ')
  const throwing = `data:text/javascript,setTimeout(() => { throw new TypeError('${PASSWORD}') }, 500)`
  const broken = node('--import', throwing, binary, 'exporter', '--listen', '127.0.0.1:0')
  expect((await broken.ended)[0]).toBe(2)
  expect(broken.written.err).toMatch(/verify-full: internal error \(TypeError\)\n$/)
  expect(broken.written.err).not.toContain(PASSWORD)
})
