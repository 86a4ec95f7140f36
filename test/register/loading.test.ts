/** Every way in which a driver gets into a process. */

import { cpSync, existsSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type Pki, type PostgresServer, pki, postgres } from '../support/index.js'
import { APPLICATIONS, type Outcome } from './applications.js'
import { run, type Workshop, workshop } from './process.js'

let server: PostgresServer
let set: Pki
let place: Workshop
beforeAll(async () => {
  set = await pki()
  server = await postgres()
  place = await workshop()
  for (const [name, text] of Object.entries(APPLICATIONS)) place.write(name, text)
})
afterAll(async () => {
  place.remove()
  await server.stop()
})

const account = () => ({
  host: '127.0.0.1',
  port: server.port,
  user: server.user,
  password: server.password,
  database: server.database,
})
const good = () => ({ ...account(), ssl: { ca: set.root.root } })

/** What the application printed for each configuration, whoever started it. */
async function outcomes(
  configs: readonly object[],
  args: readonly string[],
  env: Record<string, string>,
  node?: string,
): Promise<readonly Outcome[]> {
  const given = { ...env, CONFIGS: JSON.stringify(configs) }
  const { stdout, stderr, code } = await run(place, args, given, node)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout) as Outcome[]
}

/** A good connection goes through the gate, a bad configuration opens no socket. */
async function expectGuarded(
  args: readonly string[],
  env: Record<string, string> = {},
  node?: string,
  rule = 'sslmode-missing',
): Promise<void> {
  const before = server.log().length
  expect(await outcomes([good(), account()], args, env, node)).toMatchObject([
    { rows: [{ v: 1 }], sessions: 1 },
    {
      name: 'PolicyError',
      code: 'ERR_VERIFY_FULL_POLICY',
      rules: [rule],
      message: expect.stringMatching(/^verify-full refused the (pg|postgres) connection/),
      sessions: 0,
    },
  ])
  expect(server.log().slice(before)).not.toContain('no pg_hba.conf entry')
}

/** The other lines of Node are the version matrix's, which installs them. */
const LINES = process.env.VERIFY_FULL_MATRIX === '1' ? ['node-22', 'node-24', 'node-26'] : []
const NODES: readonly (readonly [string, string])[] = [
  [`Node ${process.versions.node}`, process.execPath],
  ...LINES.map((line) => [line, nodeOf(line)] as const),
]
/** @throws {Error} where it is not installed: a line that should be tested is never skipped. */
function nodeOf(line: string): string {
  const path = fileURLToPath(new URL(`../matrix/node_modules/${line}/bin/node`, import.meta.url))
  if (!existsSync(path)) throw new Error(`${line} is not installed`)
  return path
}
const applications = Object.keys(APPLICATIONS)

describe.each(NODES)('%s', (_, node) => {
  it.each(applications)('%s through NODE_OPTIONS', async (name) => {
    await expectGuarded([name], { NODE_OPTIONS: `--import=${place.register}` }, node)
  })
})

describe('a process', () => {
  it.each(applications)('of %s, through -r', async (name) => {
    await expectGuarded(['-r', '@verify-full/register', name])
  })

  const NODE_OPTIONS = '--import=@verify-full/register'

  it('that imports register first', async () => {
    place.write('first.mjs', `import '@verify-full/register'\n${APPLICATIONS['pg.mjs']}`)
    await expectGuarded(['first.mjs'])
  })

  it('that has loaded pg before register', async () => {
    place.write(
      'late.cjs',
      `require('pg')\nrequire('@verify-full/register')\n${APPLICATIONS['pg.cjs']}`,
    )
    // Judged by what the clients hold: nobody has seen what they were configured with.
    await expectGuarded(['late.cjs'], {}, undefined, 'plaintext-allowed')
  })

  it.each(['pg.mjs', 'postgres.mjs'])('that runs %s in a worker', async (name) => {
    place.write(
      'worker.mjs',
      `import { Worker } from 'node:worker_threads'\nnew Worker(new URL('${name}', import.meta.url), { execArgv: [] })`,
    )
    await expectGuarded(['worker.mjs'], { NODE_OPTIONS })
  })

  it.each(['fork', 'spawn'])('that starts another one by %s', async (how) => {
    const start =
      how === 'fork'
        ? "fork('pg.cjs', { stdio: 'inherit' })"
        : "spawn(process.execPath, ['pg.cjs'], { stdio: 'inherit' })"
    place.write('parent.mjs', `import { ${how} } from 'node:child_process'\n${start}`)
    await expectGuarded(['parent.mjs'], { NODE_OPTIONS })
  })

  it('with a second physical copy of pg', async () => {
    const pg = dirname(createRequire(import.meta.url).resolve('pg/package.json'))
    cpSync(pg, join(place.folder, 'vendor/pg'), { recursive: true, dereference: true })
    for (const needed of ['pg-connection-string', 'pg-pool', 'pg-protocol', 'pg-types', 'pgpass']) {
      const main = createRequire(join(pg, 'package.json')).resolve(needed)
      place.write(
        `vendor/node_modules/${needed}/index.js`,
        `module.exports = require(${JSON.stringify(main)})`,
      )
    }
    const text = APPLICATIONS['pg.cjs'] ?? ''
    place.write('vendored.cjs', text.replace("require('pg')", "require('./vendor/pg')"))
    place.write(
      'both.cjs',
      `require('pg')\n${text.replace("require('pg')", "require('./vendor/pg')")}`,
    )
    await expectGuarded(['vendored.cjs'], { NODE_OPTIONS })
    await expectGuarded(['both.cjs'], { NODE_OPTIONS })
  })

  it('of a command line tool: knex migrate:latest', async () => {
    place.write(
      'migrations/1.cjs',
      'exports.up = () => Promise.resolve()\nexports.down = exports.up',
    )
    place.write(
      'knexfile.cjs',
      "module.exports = { client: 'pg', connection: JSON.parse(process.env.CONNECTION), migrations: { directory: './migrations', loadExtensions: ['.cjs'] } }",
    )
    const knex = createRequire(import.meta.url).resolve('knex/bin/cli.js')
    const migrate = (connection: object) =>
      run(place, [knex, 'migrate:latest', '--knexfile', 'knexfile.cjs'], {
        NODE_OPTIONS,
        CONNECTION: JSON.stringify(connection),
      })
    await server.admin('grant all on schema public to app', server.database)
    expect(await migrate(good())).toMatchObject({
      stderr: '',
      code: 0,
      stdout: expect.stringContaining('Batch 1 run: 1 migrations'),
    })
    const refused = await migrate(account())
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('sslmode-missing')
  })

  it('with a guard of its own, whose policy stands', async () => {
    const text = APPLICATIONS['pg.mjs'] ?? ''
    place.write(
      'own.mjs',
      `import { guard } from '@verify-full/pg'\n${text.replace('new pg.Client(config)', "guard(new pg.Client(config), { channelBinding: 'require' })")}`,
    )
    expect(await outcomes([good(), account()], ['own.mjs'], { NODE_OPTIONS })).toMatchObject([
      { rows: [{ v: 1 }], sessions: 1 },
      { rules: ['sslmode-missing'] },
    ])
    await server.setHba(['hostssl all all 127.0.0.1/32 trust'])
    onTestFinished(() => server.setHba(['hostssl all all 127.0.0.1/32 scram-sha-256']))
    expect(await outcomes([good()], ['own.mjs'], { NODE_OPTIONS })).toMatchObject([
      { rules: ['channel-binding-missing'] },
    ])
  })

  it.each(['pg', 'postgres'])(
    'with a guard of its own for %s, of another copy of the package, whose policy stands',
    async (driver) => {
      const scope = 'node_modules/@verify-full'
      cpSync(join(place.folder, scope), join(place.folder, 'other', scope), { recursive: true })
      const entry = `./other/${scope}/${driver}/dist/bundle.js`
      const own =
        driver === 'pg'
          ? ['new pg.Client(config)', 'guard(new pg.Client(config), POLICY)']
          : ['postgres({', 'guard(postgres, POLICY)({']
      const text = (APPLICATIONS[`${driver}.mjs`] ?? '').replace(own[0] ?? '', own[1] ?? '')
      const minimum = "{ minimum: 'require' }"
      place.write(
        'copy.mjs',
        `import { guard } from '${entry}'\n${text.replace('POLICY', minimum)}`,
      )
      // A guard of another copy knows what the client holds, not what it was configured with.
      const rule = driver === 'pg' ? 'plaintext-allowed' : 'sslmode-missing'
      const unverified = { ...account(), ssl: { rejectUnauthorized: false } }
      const configs = [good(), unverified, account()]
      expect(await outcomes(configs, ['copy.mjs'], { NODE_OPTIONS })).toMatchObject([
        { rows: [{ v: 1 }], sessions: 1 },
        { rows: [{ v: 1 }], sessions: 1 },
        { rules: [rule] },
      ])
    },
  )

  it.each(NODES.flatMap((node) => [[...node, 'pg'] as const, [...node, 'postgres'] as const]))(
    'of $0 that imports the guard of $2 at the same moment as the driver',
    async (_, node, driver) => {
      const text = APPLICATIONS[`${driver}.mjs`] ?? ''
      const both = `await Promise.all([import('@verify-full/${driver}'), import('${driver}')])`
      place.write(
        'race.mjs',
        text.replace(
          `import ${driver} from '${driver}'`,
          `const [, { default: ${driver} }] = ${both}`,
        ),
      )
      const before = server.log().length
      const [ran, refused] = await outcomes(
        [good(), account()],
        ['race.mjs'],
        { NODE_OPTIONS },
        node,
      )
      expect(ran).toMatchObject({ rows: [{ v: 1 }], sessions: 1 })
      // Where pg waits for its guard, its clients are judged by what they hold.
      expect(refused).toMatchObject({ name: 'PolicyError', sessions: 0 })
      expect(server.log().slice(before)).not.toContain('no pg_hba.conf entry')
    },
  )

  it.each(NODES.flatMap((node) => [[...node, 'before'] as const, [...node, 'after'] as const]))(
    'of $0 with a loader that reads CommonJS itself, as tsx does, loaded $2 register',
    async (_, node, order) => {
      const other = place.write(
        'reads.cjs',
        `const Module = require('node:module')
const { readFileSync } = require('node:fs')
const original = Module._extensions['.js']
Module._extensions['.js'] = (module, path) =>
  path.includes('/pg/lib/') ? module._compile(readFileSync(path, 'utf8'), path) : original(module, path)
`,
      )
      const imports = [`--import=${place.register}`, `--import=${other}`]
      if (order === 'before') imports.reverse()
      await expectGuarded([...imports, 'pg.mjs'], {}, node)
      await expectGuarded([...imports, 'pg.cjs'], {}, node)
    },
  )

  // README.md: an older Node shows pg to nobody then, and only the sentinel stands.
  const modern = NODES.filter(
    ([, node]) => node !== process.execPath || 'registerHooks' in nodeModule,
  )
  it.each(modern.flatMap((node) => [[...node, 'before'] as const, [...node, 'after'] as const]))(
    'of $0 with a loader that returns the source of CommonJS, registered $2 register',
    async (_, node, order) => {
      place.write(
        'source-loader.mjs',
        `import { readFile } from 'node:fs/promises'
export async function load(url, context, next) {
  const loaded = await next(url, context)
  if (loaded.format !== 'commonjs' || loaded.source) return loaded
  return { ...loaded, source: await readFile(new URL(url)) }
}`,
      )
      const other = place.write(
        'other.mjs',
        "import { register } from 'node:module'\nregister('./source-loader.mjs', import.meta.url)\n",
      )
      const imports = [`--import=${place.register}`, `--import=${other}`]
      if (order === 'before') imports.reverse()
      await expectGuarded([...imports, 'pg.mjs'], {}, node)
    },
  )
})
