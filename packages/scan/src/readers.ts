import {
  type DriverName,
  type PgConfig,
  type Plan,
  planJdbc,
  planKnex,
  planLibpq,
  planMikroOrm,
  planPg,
  planPostgres,
  planSequelize,
  planSlonik,
  planTypeOrm,
} from '@verify-full/core'
import type { Declaration } from './model.js'

/** Plans a declaration as one driver would read it. May throw core's `ConnInfoError`. */
type Reader = (declaration: Declaration) => readonly Plan[]

/** One row per driver that core knows, and what it is called in a finding. */
export const READERS: Readonly<
  Partial<Record<DriverName, { readonly name: string; readonly plan: Reader }>>
> = {
  libpq: {
    name: 'libpq (psql and most other languages)',
    plan: ({ config, env }) => planLibpq({ conninfo: conninfo(config) }, env),
  },
  pg: { name: 'pg 8', plan: ({ config, env }) => planPg(config as string | PgConfig, env) },
  knex: {
    name: 'Knex',
    // A knexfile's object, or what stands under its `connection`.
    plan: ({ config, env }) =>
      planKnex(
        typeof config === 'string' || 'connection' in config || 'client' in config
          ? config
          : { client: 'pg', connection: config },
        env,
      ),
  },
  typeorm: { name: 'TypeORM', plan: ({ config, env }) => planTypeOrm(config, env) },
  postgres: {
    name: 'postgres.js',
    plan: ({ config, env }) => {
      if (typeof config === 'string') return planPostgres(config, undefined, env)
      const { url, ...options } = config
      return typeof url === 'string'
        ? planPostgres(url, options, env)
        : planPostgres(config, undefined, env)
    },
  },
  sequelize: { name: 'Sequelize', plan: ({ config, env }) => planSequelize(config, env) },
  'mikro-orm': {
    name: 'MikroORM',
    plan: ({ config, env }) =>
      planMikroOrm(typeof config === 'string' ? { clientUrl: config } : config, env),
  },
  slonik: { name: 'Slonik', plan: ({ config, env }) => planSlonik(config, env) },
  jdbc: { name: 'pgjdbc', plan: ({ config, env }) => planJdbc(String(config), env) },
}

/** Who might read a string that says nothing about its reader. libpq decides where they agree. */
export const EVERYBODY: readonly DriverName[] = ['libpq', 'pg']

/** libpq's names for what a map of settings holds. */
const KEYWORDS: Readonly<Record<string, string>> = {
  host: 'host',
  hostaddr: 'hostaddr',
  port: 'port',
  sslmode: 'sslmode',
  sslrootcert: 'sslrootcert',
  sslnegotiation: 'sslnegotiation',
  sslcert: 'sslcert',
  sslkey: 'sslkey',
  sslcrl: 'sslcrl',
  service: 'service',
  channel_binding: 'channel_binding',
}

function conninfo(config: Declaration['config']): string {
  if (typeof config === 'string') return config
  if (typeof config.connectionString === 'string') return config.connectionString
  return Object.entries(config)
    .filter(([key, value]) => KEYWORDS[key] && typeof value !== 'object')
    .map(([key, value]) => `${KEYWORDS[key]}='${String(value).replace(/[\\']/g, '\\$&')}'`)
    .join(' ')
}
