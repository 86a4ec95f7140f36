import type { DriverName } from '@verify-full/core'
import { type Entry, entryOf, literal, type Value } from './value.js'

/** Where a library takes its connection from, and who reads it then. */
export interface Library {
  readonly reader: DriverName
  /** The configuration among the arguments; undefined where it is none (a ready pool). */
  config(args: readonly Value[]): Value | undefined
  /** Whether one branch of the configuration is about PostgreSQL; absent: the import says so. */
  isPostgres?(config: Value): boolean
}

const first = (args: readonly Value[]): Value | undefined => args[0]

/** `{ ...options, [key]: url }` of a library that takes the string as an argument of its own. */
const withUrl = (key: string, url: Value | undefined, options: Value | undefined): Value => ({
  kind: 'object',
  entries: [
    ...(options?.kind === 'object' ? options.entries : spreadOf(options)),
    ...(url ? [{ key, value: url }] : []),
  ],
  ...(url && 'at' in url && url.at ? { at: url.at } : {}),
})
const spreadOf = (value: Value | undefined): Entry[] =>
  value && value.kind !== 'literal' ? [{ key: undefined, value }] : []

const text = (config: Value, key: string): string | undefined => {
  const value = entryOf(config, key)?.value
  return value?.kind === 'literal' && typeof value.data === 'string' ? value.data : undefined
}
const oneOf = (key: string, pattern: RegExp) => (config: Value) =>
  pattern.test(text(config, key) ?? '')
const POSTGRES_URL = /^\s*(?:postgres(?:ql)?|cockroachdb):\/\//i
const isUrl = (value: Value | undefined): boolean =>
  value?.kind === 'literal' && typeof value.data === 'string' && POSTGRES_URL.test(value.data)

const PG: Library = {
  reader: 'pg',
  config: (args) => args[0] ?? { kind: 'object', entries: [] },
}

const KNEX_CLIENT = /^(?:pg|postgres|postgresql|cockroachdb|redshift|pgnative)$/
const KNEX: Library = {
  reader: 'knex',
  config: first,
  isPostgres: (config) => {
    if (config.kind === 'literal') return isUrl(config)
    const client = text(config, 'client') ?? text(config, 'dialect')
    const connection = entryOf(config, 'connection')?.value
    if (client !== undefined) return KNEX_CLIENT.test(client)
    return (
      isUrl(connection) ||
      (connection !== undefined && isUrl(entryOf(connection, 'connectionString')?.value))
    )
  },
}

const TYPEORM: Library = {
  reader: 'typeorm',
  config: first,
  isPostgres: oneOf('type', /^(?:postgres|cockroachdb)$/),
}

const isSequelizePostgres = (config: Value): boolean => {
  const dialect = text(config, 'dialect')
  return dialect === undefined
    ? isUrl(entryOf(config, 'url')?.value)
    : /^postgres(?:ql)?$/.test(dialect)
}
/** `use_env_variable` of sequelize-cli: the URL is in that variable. */
const SEQUELIZE_CLI: Library = {
  reader: 'sequelize',
  isPostgres: isSequelizePostgres,
  config: ([one]) => {
    const name = one && text(one, 'use_env_variable')
    return name === undefined ? one : withUrl('url', { kind: 'variable', name }, one)
  },
}
const SEQUELIZE: Library = {
  reader: 'sequelize',
  isPostgres: isSequelizePostgres,
  config: (args) => {
    const [one, two, , four] = args
    if (args.length <= 1) return one?.kind === 'object' ? one : withUrl('url', one, undefined)
    if (args.length === 2 && two?.kind !== 'literal') return withUrl('url', one, two)
    return four ?? two
  },
}

const isPool = (value: Value | undefined): boolean =>
  value === undefined || value.kind === 'call' || value.kind === 'function'

/** `drizzle(url)`, `drizzle({ connection })`; a ready pool is judged where it is made. */
const drizzle = (reader: DriverName): Library => ({
  reader,
  config: ([one]) => {
    if (isPool(one)) return undefined
    if (one?.kind !== 'object')
      return one?.kind === 'literal' || one?.kind === 'variable' ? one : undefined
    return entryOf(one, 'connection')?.value
  },
})

const MIKRO: Library = { reader: 'mikro-orm', config: first }
const isMikroPostgres = (config: Value): boolean => {
  const driver = entryOf(config, 'driver')?.value
  return driver?.kind === 'package'
    ? driver.source === '@mikro-orm/postgresql'
    : text(config, 'type') === 'postgresql'
}
const MIKRO_CORE: Library = { ...MIKRO, isPostgres: isMikroPostgres }

/** `forRootAsync({ useFactory: () => options })`. */
const async = (library: Library): Library => ({
  ...library,
  config: ([one]) => (one ? (entryOf(one, 'useFactory') ?? entryOf(one, 'useValue'))?.value : one),
})

const POSTGRES: Library = {
  reader: 'postgres',
  config: ([one, two]) => {
    if (two === undefined) return one ?? { kind: 'object', entries: [] }
    return withUrl('url', one, two)
  },
}

const DRIZZLE_KIT: Library = {
  reader: 'drizzle-kit',
  config: ([one]) => (one ? entryOf(one, 'dbCredentials')?.value : undefined),
}

/** One row per way to hand a configuration to a library: `module name`. */
export const LIBRARIES: Readonly<Record<string, Library>> = {
  'pg Pool': PG,
  'pg Client': PG,
  'pg native.Pool': native(PG),
  'pg native.Client': native(PG),
  'pg defaults': PG,
  'pg-pool ': PG,
  'knex ': KNEX,
  'knex knex': KNEX,
  'knex Knex': KNEX,
  'typeorm DataSource': TYPEORM,
  'typeorm Connection': TYPEORM,
  'typeorm createConnection': TYPEORM,
  '@nestjs/typeorm TypeOrmModule.forRoot': TYPEORM,
  '@nestjs/typeorm TypeOrmModule.forRootAsync': async(TYPEORM),
  'sequelize ': SEQUELIZE,
  'sequelize Sequelize': SEQUELIZE,
  'sequelize-typescript Sequelize': SEQUELIZE,
  '@nestjs/sequelize SequelizeModule.forRoot': SEQUELIZE,
  '@nestjs/sequelize SequelizeModule.forRootAsync': async(SEQUELIZE),
  'drizzle-orm/node-postgres drizzle': drizzle('pg'),
  'drizzle-orm/postgres-js drizzle': drizzle('postgres'),
  'drizzle-kit defineConfig': {
    ...DRIZZLE_KIT,
    config: ([one]) =>
      one && text(one, 'dialect') === 'postgresql' ? DRIZZLE_KIT.config([one]) : undefined,
  },
  '@mikro-orm/postgresql MikroORM.init': MIKRO,
  '@mikro-orm/postgresql MikroORM': MIKRO,
  '@mikro-orm/postgresql defineConfig': MIKRO,
  '@mikro-orm/core MikroORM.init': MIKRO_CORE,
  '@mikro-orm/core defineConfig': MIKRO_CORE,
  '@mikro-orm/nestjs MikroOrmModule.forRoot': MIKRO_CORE,
  '@mikro-orm/nestjs MikroOrmModule.forRootAsync': async(MIKRO_CORE),
  '@prisma/adapter-pg PrismaPg': {
    reader: 'pg',
    config: ([one]) => (isPool(one) ? undefined : one),
  },
  '@prisma/client PrismaClient': {
    reader: 'prisma',
    isPostgres: isUrl,
    config: ([one]) => {
      if (one?.kind !== 'object') return undefined
      const sources = entryOf(one, 'datasources')?.value
      const [source] = sources?.kind === 'object' ? sources.entries : []
      return entryOf(one, 'datasourceUrl')?.value ?? (source && entryOf(source.value, 'url')?.value)
    },
  },
  'pg-promise ()': PG,
  'pg-boss ': PG,
  'pg-boss PgBoss': PG,
  'slonik createPool': {
    reader: 'slonik',
    config: ([one, two]) => withUrl('connectionUri', one, two),
  },
  'postgres ': POSTGRES,
}

/** The modules that the rows are about. */
export const LIBRARY_SOURCES: ReadonlySet<string> = new Set(
  Object.keys(LIBRARIES).map((key) => key.slice(0, key.indexOf(' '))),
)

/** One of them, as a text imports or requires it. */
export const LIBRARY_IN_TEXT: RegExp = new RegExp(
  `['"\`](?:${[...LIBRARY_SOURCES].map((it) => it.replaceAll('/', '\\/')).join('|')})['"\`]`,
)

/** Types that say what an object is for, although this file hands it to nobody. */
const TYPES: Readonly<Record<string, Library>> = {
  'pg PoolConfig': PG,
  'pg ClientConfig': PG,
  'knex Knex.Config': KNEX,
  'typeorm DataSourceOptions': TYPEORM,
  'typeorm ConnectionOptions': TYPEORM,
  'typeorm/driver/postgres/PostgresConnectionOptions PostgresConnectionOptions': TYPEORM,
  'typeorm/driver/postgres/PostgresConnectionOptions.js PostgresConnectionOptions': TYPEORM,
  '@nestjs/typeorm TypeOrmModuleOptions': TYPEORM,
  'sequelize Options': SEQUELIZE,
  'sequelize-typescript SequelizeOptions': SEQUELIZE,
}

/** The row for a type: a package, and the name under it. */
export const typeOf = (source: string, name: string): Library | undefined => {
  const key = `${source} ${name}`
  return Object.hasOwn(TYPES, key) ? TYPES[key] : undefined
}

/** What a file of this name exports by default. */
export const CONFIG_FILES: readonly { readonly file: RegExp; readonly library: Library }[] = [
  { file: /(?:^|\/)knexfile\.[cm]?[jt]s$/, library: KNEX },
  { file: /(?:^|\/)ormconfig\.[cm]?[jt]s$/, library: TYPEORM },
  { file: /(?:^|\/)(?:mikro-orm|mikroorm)\.config\.[cm]?[jt]s$/, library: MIKRO_CORE },
  { file: /(?:^|\/)config\/(?:config|database)\.[cm]?js$/, library: SEQUELIZE_CLI },
  // Strapi's has the configuration of Knex in it.
  {
    file: /(?:^|\/)config\/(?:env\/\w+\/)?database\.[cm]?[jt]s$/,
    library: { ...KNEX, config: ([one]) => (one ? entryOf(one, 'connection')?.value : undefined) },
  },
  {
    file: /(?:^|\/)drizzle\.config\.[cm]?[jt]s$/,
    library: LIBRARIES['drizzle-kit defineConfig'] as Library,
  },
]

function native(library: Library): Library {
  return {
    ...library,
    config: (args) => {
      const config = library.config(args)
      const entry = { key: 'native', value: literal(true) }
      if (config?.kind === 'object') return { ...config, entries: [...config.entries, entry] }
      return { kind: 'object', entries: [entry] }
    },
  }
}

/** The row for what a callee evaluates to. */
export function libraryOf(callee: Value): Library | undefined {
  const key = keyOf(callee)
  return key !== undefined && Object.hasOwn(LIBRARIES, key) ? LIBRARIES[key] : undefined
}

function keyOf(callee: Value): string | undefined {
  if (callee.kind === 'package') {
    // `require('knex').default`, `import * as pg`, `import pg`: the same module.
    return `${callee.source} ${callee.name.replace(/^(?:default(?:\.|$))+/, '')}`
  }
  if (callee.kind === 'call' && callee.callee.kind === 'package') {
    const key = keyOf(callee.callee)
    return key?.endsWith(' ') ? `${key}()` : undefined
  }
  return undefined
}
