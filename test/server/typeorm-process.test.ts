/** A guarded DataSource in processes of its own: TypeORM's command, pg-native beside it, an exit by itself. */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TypeOrmUnderTest, typeOrm } from '../drivers/typeorm-version.js'
import {
  hostile,
  type Pki,
  type PkiFiles,
  type PostgresServer,
  pki,
  postgres,
} from '../support/index.js'

let server: PostgresServer
let other: PostgresServer
let set: Pki
let files: PkiFiles
let dir: string
let bundle: string
beforeAll(async () => {
  set = await pki()
  files = await set.write()
  ;[server, other] = await Promise.all([postgres(), postgres()])
  dir = mkdtempSync(join(tmpdir(), 'verify-full-'))
  bundle = await bundled()
})
afterAll(async () => {
  rmSync(dir, { recursive: true, force: true })
  await Promise.all([server.stop(), other.stop(), files[Symbol.asyncDispose]()])
})

/** @verify-full/typeorm as an application imports it: this Node may not read TypeScript. */
async function bundled(): Promise<string> {
  const build = await rolldown({
    input: fileURLToPath(new URL('../../packages/typeorm/src/index.ts', import.meta.url)),
    platform: 'node',
    external: (id) => ['pg', 'typeorm'].includes(id),
    resolve: { conditionNames: ['@verify-full/source', 'node', 'import'] },
  })
  const { output } = await build.generate({ format: 'esm' })
  await build.close()
  return output[0].code
}

/** An application's folder: the adapter, this TypeORM and pg in its node_modules, and its own files. */
function application(
  { cli }: TypeOrmUnderTest,
  own: Readonly<Record<string, string>>,
  packages: Readonly<Record<string, string>> = {},
): string {
  const root = mkdtempSync(join(dir, 'app-'))
  const modules = join(root, 'node_modules')
  mkdirSync(modules)
  const require = createRequire(import.meta.url)
  symlinkSync(dirname(cli), join(modules, 'typeorm'))
  symlinkSync(join(dirname(require.resolve('pg')), '..'), join(modules, 'pg'))
  for (const [name, source] of Object.entries(packages)) {
    mkdirSync(join(modules, name))
    writeFileSync(join(modules, name, 'index.js'), source)
  }
  writeFileSync(join(root, 'guard.mjs'), bundle)
  for (const [name, source] of Object.entries(own)) writeFileSync(join(root, name), source)
  return root
}

interface Ended {
  readonly code: number | string
  readonly output: string
}
const run = (cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(
      process.execPath,
      args,
      { cwd, env: { ...process.env, ...env }, timeout: 30_000 },
      (error, stdout, stderr) =>
        resolve({
          code: error ? (error.code ?? error.signal ?? 'unknown') : 0,
          output: stdout + stderr,
        }),
    )
  })

const credentials = ({ port }: { readonly port: number }) => ({
  host: '127.0.0.1',
  port,
  username: server.user,
  password: server.password,
  database: server.database,
})
const right = (at: { readonly port: number }) => ({
  ...credentials(at),
  ssl: { ca: set.root.root },
})

const dataSource = (options: object): string => `
import { DataSource } from 'typeorm'
import { guard } from './guard.mjs'
class CreateNote1700000000000 {
  name = 'CreateNote1700000000000'
  async up(queryRunner) { await queryRunner.query('create table migrated_note (id int)') }
  async down(queryRunner) { await queryRunner.query('drop table migrated_note') }
}
const options = ${JSON.stringify({ type: 'postgres', ...options })}
export default new DataSource(guard({ ...options, migrations: [CreateNote1700000000000] }))
`
const readable = (output: string, ...parts: readonly string[]): void => {
  for (const part of parts) expect(output).toContain(part)
  expect(output).not.toContain(server.password)
}

const version = typeOrm()

describe(version.name, () => {
  const command = (name: string, options: object) =>
    run(application(version, { 'data-source.mjs': dataSource(options) }), [
      version.cli,
      name,
      '-d',
      'data-source.mjs',
    ])

  it('migration:run and migration:revert work with a guarded data source', async () => {
    const migrated = await command('migration:run', right(server))
    expect(migrated.output).toMatch(/CreateNote1700000000000 has been +executed successfully/)
    expect(migrated.code).toBe(0)
    const reverted = await command('migration:revert', right(server))
    expect(reverted.code).toBe(0)
    await expect.poll(() => server.connections()).toBe(0)
  })

  it('migration:run exits 1 with the readable error: refused while connecting', async () => {
    await using bad = await hostile({ answer: 'refuse' })
    const { code, output } = await command('migration:run', right(bad))
    expect(code).toBe(1)
    readable(
      output,
      `verify-full refused the typeorm connection to 127.0.0.1:${bad.port}`,
      'server-ssl-off',
      'set ssl = on',
    )
    expect(bad.connections.map(({ passwords }) => passwords)).toEqual([[]])
  })

  it('migration:run exits 1 with the readable error: refused by guard()', async () => {
    await using bad = await hostile({ answer: 'refuse' })
    const { code, output } = await command('migration:run', credentials(bad))
    expect(code).toBe(1)
    readable(output, 'sslmode-missing', "pass ssl: { ca: fs.readFileSync('/path/to/root.crt'")
    expect(bad.connections).toEqual([])
  })

  it('the process exits by itself, after destroy() and after a refused replica', async () => {
    await using bad = await hostile({ answer: 'refuse' })
    const program = `
import { DataSource } from 'typeorm'
import { guard, PolicyError, verifySession } from './guard.mjs'
const [good, bad] = ${JSON.stringify([
      { master: right(server), slaves: [right(other)] },
      { master: right(server), slaves: [right(other), right(bad)] },
    ])}
const options = { type: 'postgres', extra: { idleTimeoutMillis: 0 } }
const dataSource = await new DataSource(guard({ ...options, replication: good })).initialize()
const reports = await verifySession(dataSource)
await dataSource.destroy()
const refused = await new DataSource(guard({ ...options, replication: bad })).initialize().catch((error) => error)
console.log(reports.map(({ name }) => name).join(), refused instanceof PolicyError, refused.report.name)
`
    const { code, output } = await run(application(version, { 'main.mjs': program }), ['main.mjs'])
    expect(output.trim()).toBe(
      'replication.master,replication.slaves[0] true replication.slaves[1]',
    )
    expect(code).toBe(0)
  })

  it('pg-native, merely installed, is refused by guard(); nativeDriver: false goes on in JavaScript', async () => {
    const program = `
import { DataSource } from 'typeorm'
import { guard, verifySession } from './guard.mjs'
const options = ${JSON.stringify({ type: 'postgres', ...right(server) })}
for (const make of [(it) => new DataSource(guard(it)), (it) => guard(new DataSource(it))]) {
  try {
    make(options)
    console.log('accepted')
  } catch (error) {
    console.log(error.violations.map(({ rule, actual }) => rule + ': ' + actual).join())
  }
  const dataSource = await make({ ...options, nativeDriver: false }).initialize()
  const [report] = await verifySession(dataSource)
  console.log('verified', report.session.local.authorized)
  await dataSource.destroy()
}
`
    const native = `
module.exports = class PgNative {}
module.exports.version = '3.0.0'
`
    const root = application(version, { 'main.mjs': program }, { 'pg-native': native })
    // TypeORM looks beside itself first, and pg beside pg: NODE_PATH is beside both.
    const { code, output } = await run(root, ['main.mjs'], {
      NODE_PATH: join(root, 'node_modules'),
    })
    const once = [
      'unobservable-driver: pg-native is installed, so typeorm hands every connection to libpq: ssl and the sslmode of the url do not reach it',
      'verified true',
    ]
    expect(output.trim().split('\n')).toEqual([...once, ...once])
    expect(code).toBe(0)
  })
})
