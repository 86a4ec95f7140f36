/** A guarded knexfile in processes of its own: Knex's command, and an exit by itself. */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { copyOf } from '../support/copies.js'
import {
  type HostileServer,
  hostile,
  type PkiFiles,
  type PostgresServer,
  pki,
  postgres,
} from '../support/index.js'

let server: PostgresServer
let stranger: HostileServer
let files: PkiFiles
let dir: string
beforeAll(async () => {
  const set = await pki()
  files = await set.write()
  server = await postgres()
  stranger = await hostile({ tls: { certificate: set.certificate('rogue') } })
  dir = mkdtempSync(join(tmpdir(), 'verify-full-'))
  // What stands above it must not say which kind of modules its files are.
  writeFileSync(join(dir, 'package.json'), '{}')
  await application()
})
afterAll(async () => {
  rmSync(dir, { recursive: true, force: true })
  await Promise.all([server.stop(), stranger.stop(), files[Symbol.asyncDispose]()])
})

const { resolve } = createRequire(import.meta.url)
const KNEX = copyOf('knex') ?? dirname(resolve('knex/package.json'))

/** An application's folder: the adapter bundled, since this Node may not read TypeScript, Knex and pg. */
async function application(): Promise<void> {
  const build = await rolldown({
    input: fileURLToPath(new URL('../../packages/knex/src/index.ts', import.meta.url)),
    platform: 'node',
    external: (id) => ['knex', 'pg'].includes(id),
    resolve: { conditionNames: ['@verify-full/source', 'node', 'import'] },
  })
  await build.write({ file: join(dir, 'guard.mjs'), format: 'esm' })
  await build.close()
  for (const folder of ['node_modules', 'migrations', 'seeds']) mkdirSync(join(dir, folder))
  symlinkSync(KNEX, join(dir, 'node_modules/knex'))
  symlinkSync(join(dirname(resolve('pg')), '..'), join(dir, 'node_modules/pg'))
  const own = {
    'knexfile.mjs': `
      import { guard } from './guard.mjs'
      export default guard({ [process.env.NODE_ENV]: JSON.parse(process.env.KNEX_CONFIG) })`,
    'migrations/1_here.js': `
      exports.up = (knex) => knex.schema.createTable('here', (table) => table.integer('i'))
      exports.down = (knex) => knex.schema.dropTable('here')`,
    'seeds/here.js': `exports.seed = (knex) => knex('here').insert({ i: 7 })`,
    'main.mjs': `
      import knex from 'knex'
      import knexfile from './knexfile.mjs'
      const db = knex(knexfile[process.env.NODE_ENV])
      const outcomes = await Promise.all([1, 2].map((i) => db.raw('select ' + i).then(() => 'ran', (e) => e.name)))
      await db.destroy()
      console.log(outcomes.join())`,
  }
  for (const [name, source] of Object.entries(own)) writeFileSync(join(dir, name), source)
}

interface Ended {
  readonly code: number | string
  readonly output: string
}
const run = (args: readonly string[], connection: unknown): Promise<Ended> =>
  new Promise((settle) => {
    const config = { client: 'pg', connection, pool: { propagateCreateError: false } }
    const env = {
      ...process.env,
      NODE_ENV: 'production',
      KNEX_CONFIG: JSON.stringify(config),
      NO_COLOR: '1',
    }
    execFile(process.execPath, args, { cwd: dir, env, timeout: 30_000 }, (error, stdout, stderr) =>
      settle({
        code: error ? (error.code ?? error.signal ?? 'unknown') : 0,
        output: stdout + stderr,
      }),
    )
  })
const command = (name: string, connection: unknown) =>
  run([join(KNEX, 'bin/cli.js'), name], connection)

const url = (port: number, query: string) =>
  `postgres://${server.user}:${server.password}@127.0.0.1:${port}/${server.database}${query}`
const verified = (port: number) => url(port, `?sslmode=verify-full&sslrootcert=${files.root}`)

describe('the command of Knex', () => {
  it('works with a guarded knexfile', async () => {
    const migrated = await command('migrate:latest', verified(server.port))
    expect(migrated).toMatchObject({ code: 0 })
    expect(migrated.output).toContain('Batch 1 run: 1 migrations')
    expect(migrated.output).toContain('VERIFY_FULL_KNEX_PROPAGATE')
    const seeded = await command('seed:run', verified(server.port))
    expect(seeded).toMatchObject({ code: 0 })
    expect(await server.admin('select i from here', server.database)).toEqual([{ i: 7 }])
    expect(await command('migrate:rollback', verified(server.port))).toMatchObject({ code: 0 })
    expect(await server.connections()).toBe(0)
  })

  it.each(['migrate:latest', 'migrate:status', 'seed:run'])(
    '%s exits 1 with the refusal, before a connection',
    async (name) => {
      const { code, output } = await command(name, url(stranger.port, '?ssl=false'))
      expect(code).toBe(1)
      expect(output).toContain('verify-full refused the knex connection production to 127.0.0.1')
      expect(output).toContain('ssl-value-fatal')
      expect(output).toMatch(/fix +append \?sslmode=verify-full/)
      expect(output).not.toContain(server.password)
      expect(stranger.connections).toEqual([])
    },
  )

  it.each(['migrate:latest', 'seed:run'])(
    '%s exits 1 with the refusal of a stranger',
    async (name) => {
      const { code, output } = await command(name, verified(stranger.port))
      expect(code).toBe(1)
      expect(output).toContain('verify-full refused the knex connection production to 127.0.0.1')
      expect(output).toContain('certificate-not-verified')
      expect(output).not.toMatch(/Timeout acquiring a connection/)
      expect(output).not.toContain(server.password)
      await stranger.settled()
      expect(stranger.connections.flatMap(({ messages }) => messages)).toEqual([])
    },
  )
})

it('a process exits by itself after destroy(), used or refused', async () => {
  expect(await run(['main.mjs'], verified(server.port))).toMatchObject({ code: 0 })
  const { code, output } = await run(['main.mjs'], verified(stranger.port))
  expect(output).toContain('PolicyError,PolicyError')
  expect(code).toBe(0)
})
