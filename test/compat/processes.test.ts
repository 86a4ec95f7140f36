/** What starts an application under register besides node itself, and what is loaded beside it. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { run, type Workshop, workshop } from '../register/process.js'
import { type Library, libraries } from './applications.js'
import { observe } from './observe.js'
import { newWorld, type World } from './servers.js'
import { TOOLS, type Tool } from './tools.js'
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
      (['before', 'after'] as const).flatMap((order) =>
        ['pg', 'postgres'].flatMap((id) =>
          (['ESM', 'CJS'] as const).map((format) => ({ line, order, id, format })),
        ),
      ),
    ),
  )(
    '$id with tsx $order register, $format, $line',
    { timeout: 120_000 },
    async ({ line, order, id, format }, { expect }) => {
      const tsx = import.meta.resolve('tsx')
      const { facts, breaches, details } = await observe(world, place, {
        library: libraryOf(id),
        mode: 'open',
        format,
        node: NODES[line] ?? '',
        preloads: order === 'before' ? [tsx, place.register] : [place.register, tsx],
      })
      expect(breaches, details).toEqual([])
      expect(facts, details).toEqual(PROMISED)
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

  it.concurrent.for(Object.keys(TOOLS))('%s', { timeout: 120_000 }, async (name, { expect }) => {
    const { args: [file = '', ...args] = [], files: written, table } = TOOLS[name] as Tool
    const index = Object.keys(TOOLS).indexOf(name)
    const database = `tool_${index}`
    for (const [path, text] of Object.entries(written)) place.write(join(database, path), text)
    const { server, files } = world
    const { user, password, port } = server
    await server.admin(`create database ${database} owner ${user}`, 'postgres')
    const start = (query: string) =>
      run(
        { ...place, folder: join(place.folder, database) },
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
    expect(server.log()).not.toContain(`database "${database}"`)
    const ran = await start(`?sslmode=verify-full&sslrootcert=${files.root}`)
    expect(ran.code, ran.stderr + ran.stdout).toBe(0)
    const made = `select to_regclass('${table}') is not null as made`
    expect(await server.admin(made, database)).toEqual([{ made: true }])
  })
})
