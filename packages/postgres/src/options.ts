import type { PostgresReading } from '@verify-full/core'
import type postgres from 'postgres'
import type { SocketFunction } from './socket.js'

/** Options as `postgres()` takes them; it reads them loosely. */
// biome-ignore lint/complexity/noBannedTypes: postgres.js's own type for "no custom types"
export type PostgresOptions = postgres.Options<{}>
type Bag = Record<string, unknown>

/** Query parameters that postgres.js takes for options; all others go to the server. */
const OPTIONS: readonly string[] = [
  'max',
  'idle_timeout',
  'connect_timeout',
  'max_lifetime',
  'max_pipeline',
  'backoff',
  'keep_alive',
  'prepare',
  'debug',
  'fetch_types',
  'publications',
  'target_session_attrs',
]
/** Query parameters whose meaning the guard has taken over. */
const TAKEN: readonly string[] = ['ssl', 'sslmode', 'sslnegotiation', 'sslrootcert', 'hostaddr']

/**
 * The options that are handed to postgres.js in place of a URL and options: the same, but the connection
 * is the guard's to make. One host is named, because postgres.js keeps the errors of a list to itself;
 * all of them where it has to find out which fits `target_session_attrs`.
 */
export function guardedOptions(
  target: unknown,
  second: unknown,
  reading: PostgresReading,
  socket: SocketFunction,
): PostgresOptions {
  const text = typeof target === 'string' && target ? target : undefined
  const given = ((text === undefined && target ? target : second) || {}) as Bag
  const merged = {
    ...copyOf(given),
    ...(text === undefined ? {} : fromUrl(new URL(oneHost(text)), given)),
  }
  const chooses = merged.target_session_attrs || process.env.PGTARGETSESSIONATTRS
  const hosts = reading.hosts.slice(0, chooses ? undefined : 1)
  const made: Bag = {
    ...merged,
    hostname: '',
    host: hosts.map(({ host }) => host || 'localhost'),
    port: hosts.map(({ port }) => port),
    path: reading.path,
    ssl: false,
    sslnegotiation: null,
    socket,
  }
  delete made.hostaddr
  return made as PostgresOptions
}

/** With what is inherited: a `URL` object has nothing of its own. */
function copyOf(given: Bag): Bag {
  const copy: Bag = {}
  for (const key in given) copy[key] = given[key]
  return copy
}

/** The URL with the first of its hosts, as postgres.js reads it. */
function oneHost(text: string): string {
  const authority = text.slice(text.indexOf('://') + 3).split(/[?/]/)[0] ?? ''
  const hosts = decodeURIComponent(authority.slice(authority.indexOf('@') + 1))
  return text.replace(hosts, hosts.split(',')[0] ?? '')
}

/** What the URL says and the options do not: postgres.js 3.4.9, `parseOptions()`. */
function fromUrl(url: URL, given: Bag): Bag {
  const query = [...new Map(url.searchParams)].filter(([key]) => !TAKEN.includes(key))
  const forServer = query.filter(([key]) => !OPTIONS.includes(key))
  const forDriver = query.filter(([key]) => OPTIONS.includes(key) && !(key in given))
  return {
    user: given.user || given.username || decodeURIComponent(url.username),
    pass: given.pass || given.password || decodeURIComponent(url.password),
    database: given.database || given.db || url.pathname.slice(1),
    connection: { ...(given.connection as Bag), ...Object.fromEntries(forServer) },
    ...Object.fromEntries(forDriver.map(([key, value]) => [key, isOff(value) ? false : value])),
  }
}

const isOff = (value: string): boolean => value === 'disable' || value === 'false'
