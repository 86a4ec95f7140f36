import { definePolicy, type Policy, type PolicyOptions, planPg, readPg } from '@verify-full/core'
import type pg from 'pg'
import { guardClass, guardClient, policyOf } from './client.js'
import type { PgClient } from './driver.js'
import { refusePlan } from './refusal.js'

/** The part of the pg module that is guarded; `native` is not there any more. */
export type PgModule = Pick<typeof pg, 'Client' | 'Pool'>
export type PgConfig = pg.PoolConfig & pg.ClientConfig

/**
 * Refuses every connection below the policy, `sslmode=verify-full` by default. Give it a pool, a client
 * that has not connected, a configuration, or the pg module; the same kind of thing comes back.
 * A configuration comes back ready for `new Pool()`; a string comes back as such a configuration.
 *
 * Of a client that exists, what pg has made of its configuration is judged: what pg dropped on the way (a string's
 * `service=` or second sslmode) cannot be seen any more. It connects verified or not at all; a configuration or
 * a pool is told more.
 *
 * @throws PolicyError at once where the configuration is already known to be below the policy; no socket
 *   is opened. TypeError for anything else than the four, for a pool or client already connected, and
 *   for a pool already guarded with another policy.
 * @example
 * import { readFileSync } from 'node:fs'
 * import { guard } from '@verify-full/pg'
 * import pg from 'pg'
 *
 * const ssl = { ca: readFileSync('/etc/ssl/root.crt', 'utf8') }
 * export const pool = guard(new pg.Pool({ host: 'db.example.com', ssl }))
 * @see https://www.postgresql.org/docs/current/libpq-ssl.html
 */
export function guard(connectionString: string, policy?: PolicyOptions | Policy): PgConfig
export function guard<T extends pg.Pool | pg.Client | PgModule | PgConfig>(
  target: T,
  policy?: PolicyOptions | Policy,
): T
export function guard(target: unknown, options?: PolicyOptions | Policy): unknown {
  const policy = definePolicy(options)
  if (typeof target === 'string') return guardConfig({ connectionString: target }, policy)
  if (typeof target !== 'object' || target === null) throw new TypeError(MISUSE)
  if ('Client' in target && 'Pool' in target && typeof target.Pool === 'function') {
    return guardModule(target as unknown as PgModule, policy)
  }
  if ('totalCount' in target && 'options' in target) {
    const pool = target as unknown as AnyPool
    const known = policyOf(pool.Client)
    if (known && options !== undefined && known !== policy) throw new TypeError(ALREADY)
    return guardPool(pool, policy)
  }
  if ('connectionParameters' in target) return guardOneClient(target as unknown as PgClient, policy)
  if (
    Object.getPrototypeOf(target) !== Object.prototype &&
    Object.getPrototypeOf(target) !== null
  ) {
    throw new TypeError(MISUSE)
  }
  return guardConfig(target as PgConfig, policy)
}

/** Judges a configuration without connecting, as {@link guard} does at application start. */
function refuseBelow(config: string | Record<string, unknown>, policy: Policy): void {
  const reading = readPg(config, process.env)
  for (const plan of planPg(config, process.env)) refusePlan(plan, policy, reading)
}

interface AnyPool {
  options: Record<string, unknown>
  Client: new (config: unknown) => unknown
  readonly totalCount: number
}

function guardPool(pool: AnyPool, policy: Policy): AnyPool {
  if (policyOf(pool.Client)) return pool
  if (pool.totalCount > 0) {
    throw new TypeError('guard(pool) must come before the pool opens its first connection')
  }
  refuseBelow(pool.options, policy)
  pool.Client = guardClass(pool.Client, policy)
  return pool
}

function guardOneClient(client: PgClient, policy: Policy) {
  if (client._connecting || client._connected) {
    throw new TypeError('guard(client) must come before client.connect()')
  }
  guardClient(client, policy)
  return client
}

function guardModule(module: PgModule, policy: Policy): PgModule {
  const Client = guardClass(module.Client, policy)
  const Pool = class extends module.Pool {
    constructor(config?: pg.PoolConfig) {
      super(config)
      guardPool(this as unknown as AnyPool, policy)
    }
  }
  // A copy without `native`, which nothing could observe.
  const { native: _, ...rest } = Object.getOwnPropertyDescriptors(module) as Record<
    string,
    PropertyDescriptor
  >
  return Object.defineProperties(
    {},
    { ...rest, Client: { value: Client }, Pool: { value: Pool } },
  ) as PgModule
}

function guardConfig(config: PgConfig, policy: Policy): PgConfig {
  refuseBelow(config as Record<string, unknown>, policy)
  const guarded: Record<string, unknown> = { ...config, Client: defaultClient(config, policy) }
  if ('password' in config) guarded.password = config.password
  // pg-pool copies what is enumerable; only a plain Client, which would have no gate, reads this.
  return Object.defineProperty(guarded, 'connection', {
    enumerable: false,
    get() {
      throw new TypeError(
        'guard(config) is for new Pool(); use guard(new Client(config)) or the Client of @verify-full/pg',
      )
    },
  }) as PgConfig
}

function defaultClient(config: { Client?: unknown }, policy: Policy): unknown {
  return guardClass((config.Client ?? driver.Client) as typeof pg.Client, policy)
}

/** Set by index.ts, which imports pg. */
export const driver: { Client: typeof pg.Client | undefined } = { Client: undefined }

const ALREADY = 'This pool is guarded already, with another policy'
const MISUSE = 'guard() takes a pg Pool, a pg Client, a configuration, or the pg module'
