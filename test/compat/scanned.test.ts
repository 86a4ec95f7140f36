/** What the scanner says of a file is what a server sees when the real library runs it, unguarded. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { scan } from '@verify-full/scan'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type HostileServer, hostile } from '../support/hostile.js'
import { pki } from '../support/pki.js'
import { HERE, WANTED } from './wanted.js'

/** Below this folder, so that the files resolve the libraries that are tested. */
const PARENT = join(HERE, '.scanned/')

const SSL = [
  undefined,
  'true',
  'false',
  '{ rejectUnauthorized: false }',
  '{ rejectUnauthorized: true }',
  "'no-verify'",
  "{ servername: 'other.example.com' }",
] as const
const QUERIES = [
  '',
  '?application_name=x',
  ...['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'].map(
    (mode) => `?sslmode=${mode}`,
  ),
  '?sslMode=verify-full',
  '?ssl=true',
  '?sslmode=verify-full&application_name=x',
]

interface Library {
  readonly imports: readonly string[]
  /** What is imported where the file runs, in place of what is scanned. */
  readonly runs?: readonly [scanned: string, run: string]
  /** Connects with a URL, and says something; `ssl` is source text. */
  connect(url: string, ssl: string | undefined): string
}

const options = (entries: Readonly<Record<string, string | undefined>>): string =>
  `{ ${Object.entries(entries)
    .flatMap(([key, value]) => (value === undefined ? [] : [`${key}: ${value}`]))
    .join(', ')} }`

/** How each library is given a URL. */
const LIBRARIES: Readonly<Record<string, Library>> = {
  'pg-promise': {
    imports: ["import pgPromise from 'pg-promise'", 'const pgp = pgPromise({ noWarnings: true })'],
    connect: (url, ssl) => `pgp(${options({ connectionString: url, ssl, max: '1' })}).connect()`,
  },
  'Prisma (adapter-pg)': {
    imports: ["import { PrismaPg } from '@prisma/adapter-pg'"],
    connect: (url, ssl) =>
      `new PrismaPg(${options({ connectionString: url, ssl })}).connect().then((it) => it.queryRaw({ sql: 'select 1', args: [], argTypes: [] }))`,
  },
  'Drizzle (node-postgres)': {
    imports: ["import { drizzle } from 'drizzle-orm/node-postgres'"],
    connect: (url, ssl) =>
      `drizzle({ connection: ${options({ connectionString: url, ssl })} }).execute('select 1')`,
  },
  'Drizzle (postgres.js)': {
    imports: ["import { drizzle } from 'drizzle-orm/postgres-js'"],
    connect: (url, ssl) =>
      `drizzle({ connection: ${options({ url, ssl, max: '1' })} }).execute('select 1')`,
  },
  'postgres.js': {
    imports: ["import postgres from 'postgres'"],
    connect: (url, ssl) => `postgres(${url}, ${options({ ssl, max: '1' })})\`select 1\``,
  },
  Sequelize: {
    imports: ["import { Sequelize } from 'sequelize'"],
    connect: (url, ssl) =>
      `new Sequelize(${url}, { dialect: 'postgres', logging: false, retry: { max: 0 }${ssl === undefined ? '' : `, dialectOptions: { ssl: ${ssl} }`} }).query('select 1')`,
  },
  MikroORM: {
    imports: ["import { MikroORM } from '@mikro-orm/postgresql'"],
    connect: (url, ssl) =>
      `new MikroORM({ clientUrl: ${url}, entities: [], discovery: { warnWhenNoEntities: false }, logger() {}${ssl === undefined ? '' : `, driverOptions: { ssl: ${ssl} }`} }).em.getConnection().execute('select 1')`,
  },
  Slonik: {
    imports: ["import { createPool, sql } from 'slonik'"],
    runs: ["'slonik'", "'slonik-47'"],
    connect: (url, ssl) =>
      `createPool(${url}, ${options({ connectionRetryLimit: '0', ssl })}).then((pool) => pool.any(sql.unsafe\`select 1\`))`,
  },
}

type Seen = 'plaintext' | 'tls(none)' | 'tls(full)' | 'nothing'

describe.skipIf(!WANTED)(
  WANTED ? 'scanned' : 'NOT TESTED: what is scanned and run (pnpm test:compat does)',
  () => {
    const stray = () => {}
    let root: string
    let server: HostileServer
    beforeAll(async () => {
      mkdirSync(PARENT, { recursive: true })
      root = mkdtempSync(PARENT)
      const certificate = (await pki()).certificate('rogue')
      server = await hostile({ tls: { certificate }, authentication: 'busy' })
      // Pools of the libraries report later what was said already.
      process.on('unhandledRejection', stray)
    })
    afterAll(async () => {
      await server.stop()
      process.off('unhandledRejection', stray)
      rmSync(root, { recursive: true })
    })

    /** How the first connection of a configuration was protected. */
    async function seen(connect: () => Promise<unknown>): Promise<Seen> {
      const from = server.connections.length
      await Promise.race([
        Promise.resolve()
          .then(connect)
          .catch(() => {}),
        new Promise((resolve) => setTimeout(resolve, 3000)),
      ])
      const [record] = server.connections.slice(from)
      if (!record) return 'nothing'
      if (!record.sslRequest) return 'plaintext'
      // Who verifies finds a certificate of an unknown root, and says nothing.
      return record.secure.length > 0 ? 'tls(none)' : 'tls(full)'
    }

    test.each(Object.entries(LIBRARIES))(
      '%s',
      async (name, { imports, runs, connect }) => {
        const rows = QUERIES.flatMap((query) => SSL.map((ssl) => ({ query, ssl })))
        const url = (query: string) => `'postgres://app:x@localhost:${server.port}/app${query}'`
        const lines = rows.map(({ query, ssl }) => `  () => ${connect(url(query), ssl)},`)
        const text = [...imports, 'export const rows = [', ...lines, ']', ''].join('\n')
        const folder = mkdtempSync(join(root, 'run-'))
        writeFileSync(join(folder, 'app.mjs'), text)
        const ran = runs ? text.replace(...runs) : text
        writeFileSync(join(folder, 'ran.mjs'), ran)
        const { findings } = scan({
          root: folder,
          paths: ['app.mjs'],
          ignore: false,
          policy: { local: 'refuse' },
        })
        const { rows: makers } = (await import(pathToFileURL(join(folder, 'ran.mjs')).href)) as {
          rows: (() => Promise<unknown>)[]
        }
        const differing: string[] = []
        const outcomes = new Set<Seen>()
        for (const [index, maker] of makers.entries()) {
          const here = findings.filter(({ at }) => at.line === imports.length + 2 + index)
          const said = here.map(({ reader }) => reader?.sentence.replace(/^.* reads this as /, ''))
          const first = said.find((it) => it !== undefined)?.split(', ')[0] ?? 'tls(full)'
          const real = await seen(maker)
          outcomes.add(real)
          // A library that dials nobody refuses the configuration itself.
          if (real !== first && real !== 'nothing') {
            differing.push(`${lines[index]} is ${real}, the scanner says ${first}`)
          }
          if (real === 'nothing' && here.length === 0) differing.push(`${lines[index]} is refused`)
        }
        expect(differing).toEqual([])
        expect([...outcomes], name).toContain('plaintext')
        expect([...outcomes], name).toContain('tls(full)')
      },
      180_000,
    )
  },
)
