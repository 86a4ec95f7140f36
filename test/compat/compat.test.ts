/** Real libraries under register alone, on every line of Node; docs/compatibility.md is the outcome. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run, type Workshop, workshop } from '../register/process.js'
import { hostile, type Pki, type PostgresServer, pki, postgres } from '../support/index.js'
import { formatPage, type LibraryRow, type Observed } from './table.js'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const PAGE = fileURLToPath(new URL('../../docs/compatibility.md', import.meta.url))
const WANTED = process.env.VERIFY_FULL_COMPAT
const NODES: Readonly<Record<string, string>> = Object.fromEntries([
  ['Node 20', process.execPath],
  ...['22', '24', '26'].map((line) => [
    `Node ${line}`,
    join(HERE, `../matrix/node_modules/node-${line}/bin/node`),
  ]),
])
/** What each application stands for, where its file's name is not that of a package. */
const PACKAGES: Readonly<Record<string, string>> = {
  'pg-second-copy': 'pg-8.16',
  'pg-commonjs': 'pg',
  'drizzle-node-postgres': 'drizzle-orm',
  'drizzle-postgres-js': 'drizzle-orm',
  'mikro-orm': '@mikro-orm/postgresql',
  'prisma-adapter-pg': '@prisma/adapter-pg',
}
const LIBRARIES = readdirSync(join(HERE, 'libraries')).map((name) => basename(name, '.mjs'))

/** Those into which the guard can be injected; Knex and TypeORM have adapters of their own. */
const INJECTED = [
  'kysely',
  'drizzle-node-postgres',
  'drizzle-postgres-js',
  'pg-promise',
  'sequelize',
  'mikro-orm',
  'prisma-adapter-pg',
]

/** Without what a formatter does to a table. */
const unformatted = (page: string): string => page.replace(/ +/g, ' ').replace(/-{3,}/g, '---')

interface Outcome {
  readonly rows?: number
  readonly place?: string
  readonly sessions: number
}

describe.skipIf(!WANTED)(
  WANTED
    ? 'libraries under register'
    : 'NOT TESTED: libraries under register (VERIFY_FULL_COMPAT=1 does)',
  () => {
    let server: PostgresServer
    let set: Pki
    let place: Workshop
    const rows: LibraryRow[] = []
    beforeAll(async () => {
      if (!existsSync(join(HERE, 'node_modules'))) throw new Error('test/compat is not installed')
      set = await pki()
      server = await postgres()
      place = await workshop()
      // For the libraries that keep tables of their own.
      await server.admin(`grant all on database ${server.database} to app`, 'postgres')
      await server.admin('grant all on schema public to app', server.database)
    })
    afterAll(async () => {
      place.remove()
      await server.stop()
    })

    async function observe(
      name: string,
      node: string,
      env: Record<string, string> = {
        NODE_OPTIONS: `--import=${place.register}`,
        LIBRARY: `./libraries/${name}.mjs`,
      },
    ): Promise<Observed> {
      await using plain = await hostile({ answer: 'refuse' })
      await using rogue = await hostile({ tls: { certificate: set.certificate('rogue') } })
      const { user, password, database } = server
      const account = (port: number) => ({ host: 'localhost', port, user, password, database })
      const ssl = { ca: set.root.root }
      const configs = [
        account(plain.port),
        { ...account(rogue.port), ssl },
        { ...account(server.port), ssl },
      ]
      const { stdout, stderr } = await run(
        { ...place, folder: HERE },
        ['main.mjs'],
        {
          ...env,
          CONFIGS: JSON.stringify(configs),
        },
        node,
      )
      const said = stdout.split('\n').at(-1) ?? ''
      if (!said.startsWith('[')) {
        return {
          missing: said.startsWith('{')
            ? (JSON.parse(said) as { missing: string }).missing
            : stderr || 'no answer',
        }
      }
      const [config, wire, good] = JSON.parse(said) as Outcome[]
      if (!good?.rows) return { missing: stderr || said }
      const received = rogue.connections.reduce(
        (sum, { raw, secure }) => sum + raw.length + secure.length,
        0,
      )
      const seen = new Set([config?.place ?? 'hidden', wire?.place ?? 'hidden'])
      return {
        refusedBeforeSocket: plain.connections.length === 0 && config?.rows === undefined,
        refusedBeforeStartup: received === 0 && wire?.rows === undefined,
        sessionChecked: good.sessions > 0,
        seen: [...seen].join(', '),
      }
    }

    it.each(LIBRARIES)('%s', { timeout: 120_000 }, async (name) => {
      const manifest = join(HERE, 'node_modules', PACKAGES[name] ?? name, 'package.json')
      const { version, engines } = JSON.parse(readFileSync(manifest, 'utf8')) as {
        version: string
        engines?: { node?: string }
      }
      const on: Record<string, Observed> = {}
      for (const [line, node] of Object.entries(NODES)) {
        if (!existsSync(node))
          throw new Error(`${line} is not installed: test/matrix has its binary`)
        on[line] = await observe(name, node)
      }
      rows.push({ name, version, engines: engines?.node ?? 'another Node', on })
      const running = Object.values(on).filter(({ missing }) => !missing)
      expect(running.length, JSON.stringify(on)).toBeGreaterThan(0)
      for (const observed of running) {
        expect(observed).toMatchObject({
          refusedBeforeSocket: true,
          refusedBeforeStartup: true,
          sessionChecked: true,
        })
        expect(observed.seen).not.toContain('hidden')
      }
    })

    it.each(INJECTED)('%s with the guard injected, without register', async (name) => {
      const entry = (driver: string) => new URL(`../${driver}/${driver}.mjs`, place.register).href
      const observed = await observe(name, NODES['Node 24'] ?? '', {
        LIBRARY: './guarded.mjs',
        INJECTED: name,
        GUARD_PG: entry('pg'),
        GUARD_POSTGRES: entry('postgres'),
      })
      expect(observed).toMatchObject({
        refusedBeforeSocket: true,
        refusedBeforeStartup: true,
        sessionChecked: true,
      })
      expect(observed.seen).not.toContain('hidden')
    })

    it('the page says what was observed', () => {
      const page = formatPage(rows)
      if (WANTED === 'write') writeFileSync(PAGE, page)
      expect(unformatted(readFileSync(PAGE, 'utf8'))).toBe(unformatted(page))
    })
  },
)
