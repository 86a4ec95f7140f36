/** `verify-full prove` on the two examples: the plain one fails it, the guarded one passes. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { main } from '../packages/cli/src/main.js'

const TEST = fileURLToPath(new URL('.', import.meta.url))
const PARENT = join(TEST, '.children')
let folder: string

beforeAll(async () => {
  mkdirSync(PARENT, { recursive: true })
  folder = mkdtempSync(join(PARENT, 'prove-'))
  const input = Object.fromEntries(
    ['plain', 'guarded'].map((name) => [name, join(TEST, `../examples/prove/src/${name}.ts`)]),
  )
  const bundle = await rolldown({
    input,
    platform: 'node',
    resolve: { conditionNames: ['@verify-full/source', 'import', 'node'] },
    external: ['pg', /^node:/],
  })
  await bundle.write({ dir: folder, format: 'esm', entryFileNames: '[name].mjs' })
  await bundle.close()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function prove(args: readonly string[], env: Record<string, string> = {}) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const { PATH = '', HOME = '' } = process.env
  const io = {
    stdout,
    stderr,
    stdin: Readable.from([]),
    env: { PATH, HOME, ...env },
    cwd: folder,
    now: () => new Date(),
  }
  const code = await main(['prove', ...args], io)
  stdout.end()
  stderr.end()
  return { code, out: await text(stdout), err: await text(stderr) }
}

const node = (name: string) => ['--', process.execPath, join(folder, `${name}.mjs`)]
const VERIFIED = 'postgres://app:real-password@localhost/app?sslmode=verify-full&sslrootcert=/r.crt'
const line = (out: string, attack: string) =>
  out.split('\n').find((it) => it.includes(`  ${attack}  `))

describe('verify-full prove', () => {
  it('says of a plain application what it gave away', async () => {
    const { code, out, err } = await prove(node('plain'), { DATABASE_URL: VERIFIED })
    expect({ code, err }).toEqual({ code: 1, err: '' })
    expect(line(out, 'strips TLS')).toMatch(/^FAIL .*user and database, 1 query/)
    const rest = out
      .split('\n')
      .filter((it) => /^FAIL/.test(it))
      .slice(1)
    expect(rest).toHaveLength(3)
    for (const it of rest) expect(it).toMatch(/user and database, PASSWORD, 1 query/)
    expect(out).toContain('NOT SAFE: 4 of 4')
    expect(out).not.toContain('real-password')
  })

  it('passes a guarded one', async () => {
    const { code, out } = await prove(node('guarded'), { DATABASE_URL: VERIFIED })
    expect(out).toContain('SAFE: 4 attacks, 0 bytes of PostgreSQL traffic.')
    expect(out.match(/^ok {4}.*sent: nothing$/gm)).toHaveLength(4)
    expect(code).toBe(0)
  })

  it('names the host that it stands in for', async () => {
    const env = { DB: VERIFIED.replace('localhost', 'db.example.com') }
    const { code, out } = await prove(['--env', 'DB', ...node('plain')], {
      ...env,
      DATABASE_URL: 'postgres://localhost:1/app',
    })
    // The application reads another variable: nothing is proven.
    expect(code).toBe(2)
    expect(out).toContain('Hostile servers at localhost in place of db.example.com')
    expect(out).toContain('NOTHING PROVEN')
  })

  it('says where it made up the connection string itself', async () => {
    const { code, out } = await prove(node('guarded'))
    expect(code).toBe(0)
    expect(out).toContain('DATABASE_URL is not set: the command was given a string')
  })

  it('finds the host in the variable that it is told', async () => {
    const script = "require('node:net').connect(process.env.PORT, process.env.HOST).end('hello')"
    const apart = ['--host-env', 'HOST', '--port-env', 'PORT']
    const connects = [...apart, '--', process.execPath, '-e', script]
    const here = await prove(connects, { HOST: '127.0.0.1' })
    expect(here.out).toContain('Hostile servers at 127.0.0.1:')
    expect(here.out).toMatch(/^FAIL .*strips TLS .*sent: 5 bytes$/m)
    expect(here.out).not.toContain('is not set')
    const elsewhere = await prove(connects, { HOST: 'db.example.com' })
    expect(elsewhere.out).toContain('Hostile servers at localhost in place of db.example.com:')
  })

  it('proves nothing where the configuration was refused', async () => {
    const { code, out } = await prove(node('guarded'), { DATABASE_URL: 'postgres://localhost/app' })
    expect(code).toBe(2)
    expect(out).toContain('it did not connect')
  })

  it.each([
    [['--', '/no/such/program'], {}, /cannot be run: ENOENT/],
    [['--', 'true'], { DATABASE_URL: 'host=localhost' }, /DATABASE_URL holds no URL/],
    [['--timeout', 'soon', '--', 'true'], {}, /A number up to 3600/],
    [[], {}, /missing required argument/],
  ])('ends with exit code 2 for %j', async (args, env, message) => {
    const { code, err } = await prove(args, env as Record<string, string>)
    expect(code).toBe(2)
    expect(err).toMatch(message)
  })

  it('stops what does not end', async () => {
    const { code, out } = await prove(
      ['--timeout', '1', '--', process.execPath, '-e', 'setInterval(() => {}, 1000)'],
      { DATABASE_URL: VERIFIED },
    )
    expect(code).toBe(2)
    expect(out).toContain('stopped at the time limit')
  })
})
