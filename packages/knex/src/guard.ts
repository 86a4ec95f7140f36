import {
  definePolicy,
  type Policy,
  type PolicyOptions,
  planKnex,
  readKnex,
} from '@verify-full/core'
import { type Planned, refusePlans } from '@verify-full/pg'
import knex, { type Knex } from 'knex'
import type { DialectClass, KnexClient, KnexConfig } from './client.js'
import { guardDialect, policyOf } from './dialect.js'
import { adopt } from './pool.js'
import { rejectAsRefused } from './seeds.js'

/** The configurations of a knexfile, by environment. */
export interface Knexfile {
  readonly [environment: string]: Knex.Config
}

/**
 * Refuses every connection below the policy, `sslmode=verify-full` by default. Give it a configuration,
 * a knexfile (all its environments, or a function that returns them), a connection string, or a Knex
 * that has opened no connection yet; the same kind of thing comes back, a string as a configuration.
 *
 * @throws PolicyError at once where the configuration is already known to be below the policy, for all
 *   environments together; no socket is opened. What a `connection` function returns is judged when Knex calls it. TypeError for anything
 *   else, for other databases, and for what is guarded already with another policy.
 * @example
 * import { readFileSync } from 'node:fs'
 * import { guard } from '@verify-full/knex'
 * import knex from 'knex'
 *
 * const ssl = { ca: readFileSync('/etc/ssl/root.crt', 'utf8') }
 * export const db = knex(guard({ client: 'pg', connection: { host: 'db.example.com', ssl } }))
 * @see https://knexjs.org/guide/#configuration-options
 */
export function guard(connectionString: string, policy?: PolicyOptions | Policy): Knex.Config
export function guard<T extends Knex | Knex.Config | Knexfile>(
  target: T,
  policy?: PolicyOptions | Policy,
): T
export function guard<T extends Knex.Config | Knexfile>(
  knexfile: () => T | Promise<T>,
  policy?: PolicyOptions | Policy,
): () => Promise<T>
export function guard(target: unknown, options?: PolicyOptions | Policy): unknown {
  const policy = definePolicy(options)
  const given: Given = { policy, explicit: options !== undefined }
  if (typeof target === 'string') return guardString(target, given)
  if (typeof target === 'function') {
    if ('client' in target) return guardInstance(target as unknown as Instance, given)
    return async () => guardFile((await target()) as object, given)
  }
  if (typeof target !== 'object' || target === null) throw new TypeError(MISUSE)
  return guardFile(target, given)
}

interface Given {
  readonly policy: Policy
  readonly explicit: boolean
}
interface Instance {
  readonly client: KnexClient
  readonly seed: object
}

function guardString(connection: string, given: Given): KnexConfig {
  const scheme = /^[a-z][a-z0-9+.-]*(?=:)/i.exec(connection)?.[0] ?? ''
  return guardFile({ client: scheme.toLowerCase(), connection }, given)
}

/** A configuration, its environments, or both: Knex's command prefers an environment (Knex 3.3.0, bin/utils). */
function guardFile(file: object, given: Given): object {
  const own = isConfig(file) ? [placed(file, given)] : []
  const named = Object.entries(file)
    .filter(([key, config]) => !SETTINGS.includes(key) && isConfig(config))
    .map(([name, config]) => placed(config, given, name))
  if (own.length + named.length === 0) throw new TypeError(MISUSE)
  const all = [...own, ...named].flatMap(({ judged }) => judged)
  refusePlans(all, given.policy)
  const guarded = named.map(({ name, config }) => [name, config])
  return named.length === 0
    ? (own[0]?.config ?? file)
    : { ...file, ...own[0]?.config, ...Object.fromEntries(guarded) }
}

/** A configuration and what is to be judged of it: nothing where it is guarded already. */
interface Placed {
  readonly config: KnexConfig
  readonly name?: string
  readonly judged: readonly Planned[]
}

/** Puts the guard in the place of the dialect; it judges nothing yet. */
function placed(config: KnexConfig, given: Given, name?: string): Placed {
  const Dialect = dialectOf(config, name)
  const named = name === undefined ? {} : { name }
  if (isGuarded(Dialect, given)) return { config, ...named, judged: [] }
  const client = guardDialect(Dialect, given.policy, name)
  rejectAsRefused(knex({ client: 'pg' }).seed)
  return { config: { ...config, client }, ...named, judged: plansOf(config, name) }
}

function guardInstance<T extends Instance>(instance: T, given: Given): T {
  const { client } = instance
  if (isGuarded(client.constructor, given)) return instance
  if (client.transacting) throw new TypeError('guard() takes the Knex, not one of its transactions')
  requirePostgres(client.constructor)
  const { config, _ownsPool: own } = client
  const pool = own === false ? undefined : client.pool
  if (pool && pool.numUsed() + pool.numFree() + pool.numPendingCreates() > 0) {
    throw new TypeError('guard(knex) must come before Knex opens its first connection')
  }
  refusePlans(plansOf(own === false ? { connectionPool: client.pool } : config), given.policy)
  rejectAsRefused(instance.seed)
  Object.setPrototypeOf(client, guardDialect(client.constructor, given.policy).prototype)
  if (client.driver) client.initializeDriver()
  if (pool) adopt(client, pool, given.policy)
  return instance
}

function plansOf(config: KnexConfig, name?: string): Planned[] {
  const reading = readKnex(config, process.env)
  return planKnex(config, process.env).map((plan) => ({
    plan: name === undefined ? plan : { ...plan, name },
    reading,
  }))
}

/** Settings of a configuration that are objects: no environments. */
const SETTINGS = [
  'connection',
  'connectionPool',
  'log',
  'migrations',
  'pool',
  'seeds',
  'userParams',
]

const isConfig = (value: unknown): value is KnexConfig =>
  typeof value === 'object' &&
  value !== null &&
  ['client', 'dialect', 'connection', 'connectionPool'].some((key) => key in value)

function isGuarded(Dialect: DialectClass, { policy, explicit }: Given): boolean {
  const known = policyOf(Dialect)
  if (known && explicit && known !== policy) throw new TypeError(ALREADY)
  return known !== undefined
}

/** The class behind `client`, from the very Knex that the name would have been looked up in. */
function dialectOf({ client, dialect }: KnexConfig, name?: string): DialectClass {
  const written = client || dialect
  if (typeof written === 'function') return requirePostgres(written as DialectClass, name)
  if (typeof written !== 'string' || !CLIENTS.includes(written)) throw new TypeError(other(name))
  const { client: resolved } = knex({ client: written }) as unknown as Instance
  return resolved.constructor
}

function requirePostgres(Dialect: DialectClass, name?: string): DialectClass {
  if (!DIALECTS.includes(Dialect.prototype?.dialect)) throw new TypeError(other(name))
  return Dialect
}

const CLIENTS = ['pg', 'postgres', 'postgresql', 'cockroachdb', 'redshift', 'pgnative']
/** The property `dialect` of the classes behind them. */
const DIALECTS = ['postgresql', 'redshift']

const other = (name: string | undefined): string =>
  `${name === undefined ? 'client' : `The client of ${name}`} is not one of ${CLIENTS.join(', ')}: ` +
  'guard only what connects to PostgreSQL'
const ALREADY = 'This configuration or Knex is guarded already, with another policy'
const MISUSE = 'guard() takes a Knex, its configuration, a knexfile, or a connection string'
