import {
  admit,
  definePolicy,
  judge,
  loadTrust,
  type Plan,
  type Policy,
  type PolicyOptions,
  readPostgres,
  sharedSet,
} from '@verify-full/core'
import { guardedOptions, type PostgresOptions } from './options.js'
import {
  endDialsWith,
  type Guarded,
  guardedSocket,
  newDials,
  type Placement,
  plansOf,
  type SocketFunction,
} from './socket.js'

type Bag = Readonly<Record<string, unknown>>

/** The function that the module `postgres` exports. */
// biome-ignore lint/suspicious/noExplicitAny: postgres.js's function is generic over custom types
export type Postgres = (...args: any[]) => any

/**
 * Refuses every connection below the policy, `sslmode=verify-full` by default. Give it the function that
 * `postgres` exports and call what comes back in its place; or give it what you would give to that
 * function, and get the options for it.
 *
 * @throws PolicyError where the configuration is already known to be below the policy; no socket is
 *   opened. TypeError for anything else.
 * @example
 * import { readFileSync } from 'node:fs'
 * import { guard } from '@verify-full/postgres'
 * import postgres from 'postgres'
 *
 * const ssl = { ca: readFileSync('/etc/ssl/root.crt', 'utf8') }
 * export const sql = guard(postgres)('postgres://db.example.com/app', { ssl })
 * export const other = postgres(guard('postgres://db.example.com/app', { ssl }))
 * @see https://github.com/porsager/postgres#connection-details
 */
export function guard<T extends Postgres>(postgres: T, policy?: PolicyOptions | Policy): T
export function guard(
  url: string,
  options?: PostgresOptions,
  policy?: PolicyOptions | Policy,
): PostgresOptions
export function guard(options: PostgresOptions, policy?: PolicyOptions | Policy): PostgresOptions
export function guard(
  target: unknown,
  second?: PostgresOptions | PolicyOptions | Policy,
  third?: PolicyOptions | Policy,
): unknown {
  if (typeof target === 'function') {
    return guardFunction(target as Postgres, second as PolicyOptions)
  }
  if (typeof target === 'string') {
    const given = second ?? {}
    return guardOptions(target, given, definePolicy(third), undefined, true) ?? given
  }
  if (typeof target !== 'object' || target === null) throw new TypeError(MISUSE)
  const policy = definePolicy(second as PolicyOptions)
  return guardOptions(target, undefined, policy, undefined, true) ?? target
}

/**
 * {@link guard} for code that replaces the function in a whole process. With `early: false` a refusal
 * is the first query's: an application that never connects is not stopped.
 */
export function guardFunction<T extends Postgres>(
  postgres: T,
  options?: PolicyOptions | Policy,
  { early = true, placement }: { early?: boolean; placement?: Placement } = {},
): T {
  const policy = definePolicy(options)
  if (functions.has(postgres)) return postgres
  const guarded = (target?: unknown, second?: unknown): unknown => {
    const given = guardOptions(target, second, policy, placement, early)
    if (given === undefined) return postgres(target, second)
    const { socket } = given as { socket: SocketFunction }
    const known = sockets.get(socket)
    const sql = postgres(given)
    if (known) {
      known.postgres = postgres
      endDialsWith(sql, known.guarded.dials)
    }
    // postgres.js reads both again for every connection: nobody takes the guard out later.
    for (const key of ['socket', 'ssl']) {
      Object.defineProperty(sql.options, key, { writable: false, configurable: false })
    }
    return sql
  }
  const { length: _, name: __, prototype: ___, ...own } = Object.getOwnPropertyDescriptors(postgres)
  Object.defineProperties(guarded, own)
  functions.add(guarded)
  return guarded as unknown as T
}

/** Undefined where what was given has to stay as it is: guarded already, or not ours to replace. */
function guardOptions(
  target: unknown,
  second: unknown,
  policy: Policy,
  placement: Placement | undefined,
  early: boolean,
): PostgresOptions | undefined {
  if (isGuarded(target) || isGuarded(second)) return undefined
  const reading = readPostgres(target as string, second as Bag, process.env)
  const guarded: Guarded = { policy, reading, placement, dials: newDials() }
  if (early || reading.fatal !== undefined) refuseBelow(plansOf(guarded), policy)
  if (reading.fatal !== undefined && policy.reportOnly) return undefined
  if (reading.fatal !== undefined) throw new TypeError(`postgres.js would throw: ${reading.fatal}`)
  const foreign = reading.remarks.some(({ kind }) => kind === 'unobservable')
  if (foreign && plansOf(guarded).every((plan) => judge({ plan }, policy).accepted)) {
    return undefined
  }
  const socket = guardedSocket(guarded)
  guardedSockets.add(socket)
  sockets.set(socket, { guarded, postgres: undefined })
  return guardedOptions(target, second, reading, socket)
}

function refuseBelow(plans: readonly Plan[], policy: Policy): void {
  for (const plan of plans) {
    const { refused } = admit(plan, policy, loadTrust(plan, policy).findings)
    if (refused) throw refused
  }
}

const isGuarded = (options: unknown): boolean => {
  const { socket } = (options ?? {}) as { socket?: unknown }
  return typeof socket === 'function' && guardedSockets.has(socket)
}
const guardedSockets = sharedSet<object>('@verify-full/postgres.sockets')

/** What the guard knows of options that it has made. */
export const guardOf = (
  options: object,
): { readonly guarded: Guarded; postgres: Postgres | undefined } | undefined => {
  const { socket } = options as { socket?: object }
  return typeof socket === 'function' ? sockets.get(socket) : undefined
}

const sockets = new WeakMap<object, { guarded: Guarded; postgres: Postgres | undefined }>()
const functions = new WeakSet<object>()
const MISUSE = 'guard() takes the postgres function, or a URL and options for it'
