/** What starts an application under register besides node itself, and what is loaded beside it. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { run, type Workshop, workshop } from '../register/process.js'
import { type Library, libraries } from './applications.js'
import { observe } from './observe.js'
import { newWorld, type World } from './servers.js'
import { HERE, NODES } from './wanted.js'

const PROMISED = { beforeSocket: true, beforeStartup: true, sessionChecked: true, seen: 'same' }
const TRACING = pathToFileURL(join(HERE, 'tracing.mjs')).href
const LINES = Object.keys(NODES)

describe('under register', () => {
  let world: World
  let stop: () => Promise<unknown>
  let place: Workshop
  let known: readonly Library[]
  beforeAll(async () => {
    ;({ world, stop } = await newWorld())
    place = await workshop(join(HERE, '.register'))
    known = await libraries()
  })
  afterAll(async () => {
    place.remove()
    await stop()
  })
  const libraryOf = (id: string): Library => known.find((it) => it.id === id) as Library

  it.concurrent.for(
    LINES.flatMap((line) =>
      (['before', 'after'] as const).flatMap((order) =>
        (['ESM', 'CJS'] as const).map((format) => ({ line, order, format })),
      ),
    ),
  )(
    "OpenTelemetry's loader and instrumentation $order register, $format, $line",
    { timeout: 120_000 },
    async ({ line, order, format }, { expect }) => {
      const preloads = order === 'before' ? [TRACING, place.register] : [place.register, TRACING]
      const { facts, breaches, details, stderr } = await observe(world, place, {
        library: libraryOf('pg'),
        mode: 'open',
        format,
        node: NODES[line] ?? '',
        preloads,
      })
      expect(breaches, details).toEqual([])
      expect(facts, details).toEqual(PROMISED)
      expect(stderr).toMatch(/^spans: .*pg\.connect.*pg\.query:SELECT/m)
    },
  )

  it.concurrent.for(
    LINES.flatMap((line) =>
      ['worker', 'fork', 'spawn'].flatMap((how) =>
        ['pg', 'postgres'].map((id) => ({ line, how, id })),
      ),
    ),
  )(
    '$id in a process started by $how, $line',
    { timeout: 120_000 },
    async ({ line, how, id }, { expect }) => {
      const { facts, breaches, details } = await observe(world, place, {
        library: libraryOf(id),
        mode: 'open',
        format: 'ESM',
        node: NODES[line] ?? '',
        args: ['starts.mjs', how],
      })
      expect(breaches, details).toEqual([])
      expect(facts, details).toEqual(PROMISED)
    },
  )

  const FILES = {
    'data-source.cjs': `const { DataSource } = require('typeorm')
class Initial1700000000000 {
  up(runner) { return runner.query('select 1') }
  down() {}
}
module.exports = new DataSource({ type: 'postgres', url: process.env.DATABASE_URL, migrations: [Initial1700000000000], logging: false })`,
    'knexfile.cjs':
      "module.exports = { client: 'pg', connection: { connectionString: process.env.DATABASE_URL }, migrations: { directory: './migrations', loadExtensions: ['.cjs'] } }",
    'migrations/1.cjs': 'exports.up = () => Promise.resolve()\nexports.down = exports.up',
  }
  const TOOLS: Readonly<Record<string, { args: readonly string[]; table: string }>> = {
    'typeorm migration:run': {
      args: ['typeorm/cli.js', 'migration:run', '-d', 'data-source.cjs'],
      table: 'migrations',
    },
    'knex migrate:latest': {
      args: ['knex/bin/cli.js', 'migrate:latest', '--knexfile', 'knexfile.cjs'],
      table: 'knex_migrations',
    },
    'graphile-worker --schema-only': {
      args: ['graphile-worker/dist/cli.js', '--schema-only'],
      table: 'graphile_worker.migrations',
    },
  }
  it.concurrent.for(Object.keys(TOOLS))('%s', { timeout: 120_000 }, async (name, { expect }) => {
    const { args: [file = '', ...args] = [], table } = TOOLS[name] ?? {}
    const folder = join(place.folder, name.split(' ')[0] ?? '')
    for (const [path, text] of Object.entries(FILES)) {
      place.write(join(name.split(' ')[0] ?? '', path), text)
    }
    const { server, files } = world
    const { user, password, port } = server
    const database = `tool_${Object.keys(TOOLS).indexOf(name)}`
    await server.admin(`create database ${database} owner ${user}`, 'postgres')
    const start = (query: string) =>
      run(
        { ...place, folder },
        [join(HERE, 'node_modules', file), ...args],
        {
          NODE_OPTIONS: `--import=${place.register}`,
          DATABASE_URL: `postgres://${user}:${password}@localhost:${port}/${database}${query}`,
        },
        NODES['Node 24'],
        60_000,
      )
    const refused = await start('')
    expect(refused.code).not.toBe(0)
    expect(refused.stderr + refused.stdout).toContain('sslmode-missing')
    expect(refused.stderr + refused.stdout).not.toContain(password)
    const ran = await start(`?sslmode=verify-full&sslrootcert=${files.root}`)
    expect(ran.code, ran.stderr + ran.stdout).toBe(0)
    const made = `select to_regclass('${table}') is not null as made`
    expect(await server.admin(made, database)).toEqual([{ made: true }])
  })
})
