import {
  type DriverName,
  type Plan,
  planKnex,
  planPg,
  planPostgres,
  planTypeOrm,
} from '@verify-full/core'
import {
  planAsyncpg,
  planDrizzleKit,
  planJdbc,
  planLibpq,
  planMikroOrm,
  planPgx,
  planPrisma,
  planSequelize,
  planSlonik,
} from '@verify-full/core/offline'
import type { Declaration } from './model.js'

type Config = Declaration['config']
type Options = Exclude<Config, string>

/** Somebody who reads a configuration, and what a finding calls them. */
interface Reader {
  readonly name: string
  /** May throw core's `ConnInfoError`. */
  plan(declaration: Pick<Declaration, 'config' | 'env'>): readonly Plan[]
}

/** One row per driver that core knows. */
export const READERS: Readonly<Record<DriverName, Reader>> = {
  // Seen on a wire, never in a file.
  socket: { name: 'an unknown driver', plan: () => [] },
  libpq: {
    name: 'libpq',
    plan: ({ config, env }) => planLibpq({ conninfo: conninfo(config) }, env),
  },
  pg: { name: 'pg 8', plan: ({ config, env }) => planPg(config, env) },
  knex: {
    name: 'Knex',
    plan: ({ config, env }) => planKnex(text({ client: 'pg' }, 'connection', config), env),
  },
  typeorm: {
    name: 'TypeORM',
    plan: ({ config, env }) => planTypeOrm(text({ type: 'postgres' }, 'url', config), env),
  },
  postgres: {
    name: 'postgres.js',
    plan: ({ config, env }) => {
      if (typeof config === 'string') return planPostgres(config, undefined, env)
      // `postgres(url, options)` in one object.
      const { url, ...options } = config
      return typeof url === 'string'
        ? planPostgres(url, options, env)
        : planPostgres(config, undefined, env)
    },
  },
  sequelize: { name: 'Sequelize', plan: ({ config, env }) => planSequelize(config, env) },
  'mikro-orm': {
    name: 'MikroORM',
    plan: ({ config, env }) => planMikroOrm(text({}, 'clientUrl', config), env),
  },
  slonik: { name: 'Slonik', plan: ({ config, env }) => planSlonik(config, env) },
  'drizzle-kit': {
    name: 'drizzle-kit',
    plan: ({ config, env }) => planDrizzleKit(text({}, 'url', config), env),
  },
  prisma: { name: "Prisma's engine", plan: ({ config }) => planPrisma(conninfo(config)) },
  jdbc: { name: 'pgjdbc', plan: ({ config, env }) => planJdbc(conninfo(config), env) },
  pgx: { name: 'pgx', plan: ({ config, env }) => planPgx(conninfo(config), env) },
  asyncpg: { name: 'asyncpg', plan: ({ config, env }) => planAsyncpg(conninfo(config), env) },
}

/**
 * Who might read a configuration that says nothing about its reader; where they agree the first one speaks.
 * Left out are those who read as one of these does (Knex, TypeORM, Sequelize: pg), and those for whom no
 * string is verify-full (Prisma's engine, MikroORM, Slonik): they count where the file says it is for them.
 */
export const EVERYBODY: readonly DriverName[] = ['libpq', 'pg', 'postgres', 'pgx', 'asyncpg']

/** A string where the library's own options would hold it. */
const text = (options: Options, key: string, config: Config): Options =>
  typeof config === 'string' ? { ...options, [key]: config } : config

const KEYWORDS: ReadonlySet<string> = new Set([
  'host',
  'hostaddr',
  'port',
  'sslmode',
  'sslrootcert',
  'sslnegotiation',
  'sslcert',
  'sslkey',
  'sslcrl',
  'service',
  'channel_binding',
])

/** Options as libpq's keyword/value string; those that are none of its keywords are left out. */
function conninfo(config: Config): string {
  if (typeof config === 'string') return config
  const url = config.connectionString ?? config.url
  if (typeof url === 'string') return url
  return Object.entries(config)
    .filter(([key, value]) => KEYWORDS.has(key) && value !== null && typeof value !== 'object')
    .map(([key, value]) => `${key}='${String(value).replace(/[\\']/g, '\\$&')}'`)
    .join(' ')
}
