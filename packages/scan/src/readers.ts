import { type DriverName, type PgConfig, type Plan, planLibpq, planPg } from '@verify-full/core'
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
