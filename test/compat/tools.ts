/** The commands that are run under register: what each is given, and the table that it makes where it is let in. */

export interface Tool {
  /** The command's own file, and what follows it. */
  readonly args: readonly string[]
  readonly files: Readonly<Record<string, string>>
  readonly table: string
}

/** The URL's settings as options, for the libraries that do not read its query. */
const TARGET = `const { readFileSync } = require('node:fs')
const url = new URL(process.env.DATABASE_URL)
const root = url.searchParams.get('sslrootcert')
const ssl = root ? { ca: readFileSync(root, 'utf8') } : undefined
`
const DRIZZLE = {
  'drizzle.config.cjs': `module.exports = {
  dialect: 'postgresql',
  schema: './schema.cjs',
  out: './drizzle',
  dbCredentials: { url: process.env.DATABASE_URL },
}`,
  'schema.cjs': `const { integer, pgTable } = require('drizzle-orm/pg-core')
exports.pushed = pgTable('pushed', { id: integer('id').primaryKey() })`,
  'drizzle/0000_first.sql': 'create table migrated (id int)',
  'drizzle/meta/_journal.json': JSON.stringify({
    version: '7',
    dialect: 'postgresql',
    entries: [{ idx: 0, version: '7', when: 1, tag: '0000_first', breakpoints: true }],
  }),
}

export const TOOLS: Readonly<Record<string, Tool>> = {
  'typeorm migration:run': {
    args: ['typeorm/cli.js', 'migration:run', '-d', 'data-source.cjs'],
    files: {
      'data-source.cjs': `const { DataSource } = require('typeorm')
class Initial1700000000000 {
  up(runner) { return runner.query('select 1') }
  down() {}
}
module.exports = new DataSource({ type: 'postgres', url: process.env.DATABASE_URL, migrations: [Initial1700000000000], logging: false })`,
    },
    table: 'migrations',
  },
  'knex migrate:latest': {
    args: ['knex/bin/cli.js', 'migrate:latest', '--knexfile', 'knexfile.cjs'],
    files: {
      'knexfile.cjs':
        "module.exports = { client: 'pg', connection: { connectionString: process.env.DATABASE_URL }, migrations: { directory: './migrations', loadExtensions: ['.cjs'] } }",
      'migrations/1.cjs': 'exports.up = () => Promise.resolve()\nexports.down = exports.up',
    },
    table: 'knex_migrations',
  },
  'graphile-worker --schema-only': {
    args: ['graphile-worker/dist/cli.js', '--schema-only'],
    files: { 'package.json': '{}' },
    table: 'graphile_worker.migrations',
  },
  'sequelize-cli db:migrate': {
    args: ['sequelize-cli/lib/sequelize', 'db:migrate', '--config', 'config.cjs'],
    files: {
      'config.cjs': `${TARGET}
module.exports = { url: process.env.DATABASE_URL.split('?')[0], dialect: 'postgres', dialectOptions: { ssl } }`,
      'migrations/1-first.cjs':
        "exports.up = (queries) => queries.sequelize.query('select 1')\nexports.down = exports.up",
    },
    table: '"SequelizeMeta"',
  },
  // Under tsx, which it loads by itself.
  'mikro-orm schema:update --run': {
    args: ['@mikro-orm/cli/cli.js', 'schema:update', '--run', '--config', 'mikro-orm.config.cjs'],
    files: {
      'tsconfig.json': '{}',
      'mikro-orm.config.cjs': `${TARGET}
const { EntitySchema } = require('@mikro-orm/core')
const { defineConfig } = require('@mikro-orm/postgresql')
const properties = { id: { type: 'number', primary: true } }
module.exports = defineConfig({
  clientUrl: process.env.DATABASE_URL,
  driverOptions: { ssl },
  entities: [new EntitySchema({ name: 'Updated', properties })],
})`,
    },
    table: 'updated',
  },
  // Neither prints the error that it has caught: register does, as the process ends.
  'drizzle-kit push': {
    args: ['drizzle-kit/bin.cjs', 'push', '--config', 'drizzle.config.cjs'],
    files: DRIZZLE,
    table: 'pushed',
  },
  'drizzle-kit migrate': {
    args: ['drizzle-kit/bin.cjs', 'migrate', '--config', 'drizzle.config.cjs'],
    files: DRIZZLE,
    table: 'migrated',
  },
  'node-pg-migrate up': {
    args: ['node-pg-migrate/bin/node-pg-migrate.js', 'up'],
    files: { 'migrations/1700000000000_first.cjs': "exports.up = (pgm) => pgm.sql('select 1')" },
    table: 'pgmigrations',
  },
}
