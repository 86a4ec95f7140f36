import type { Origin, Plan, Remark } from '../../model.js'
import { deadOptions } from '../pg/dead-keys.js'
import { planPgHeld } from '../pg/held.js'
import { type Env, type PgConfig, peek } from '../pg/options.js'
import { planPgReading } from '../pg/plan.js'
import { type PgReading, readPg } from '../pg/reading.js'
import { restateOrigins } from '../restate-origins.js'
import { readKnexConnection } from './settings.js'

export { readHandedToPg, readKnexSettings } from './settings.js'

/**
 * What Knex (2.5 to 3.3) would do with a configuration of one of its PostgreSQL dialects, or with a
 * connection string in place of one. No plan where Knex opens no connection of its own (no `connection`)
 * or learns how only at run time (a `connection` function): its Client is judged when it connects.
 * Never an exception.
 *
 * @example
 * import { planKnex } from '@verify-full/core'
 *
 * const connection = 'cockroachdb://db.example.com/app?sslmode=verify-full'
 * const [plan] = planKnex({ client: 'cockroachdb', connection }, {})
 * export const kind = plan?.transports[0].kind // 'plaintext': the query is not parsed
 */
export function planKnex(config: unknown, env: Env): Plan[] {
  const pool = peek(config, 'connectionPool')
  if (pool) {
    const reading = readPg(peek(pool, 'options') as PgConfig | undefined, env)
    return [ofOthers(planPgReading(reading, env), option('connectionPool'))]
  }
  const noticed = remarkConfig(config)
  const reading = readKnex(config, env)
  const later = typeof peek(config, 'connection') === 'function' && noticed.length > 0
  if (!reading && !later) return []
  const plan = reading ? inKnexTerms(planPgReading(reading, env)) : UNTIL_RUN_TIME
  const full = { ...plan, remarks: [...plan.remarks, ...noticed] }
  return [isNative(config) ? native(full) : full]
}

/** The reading behind {@link planKnex}'s plan: it names the files to look at. */
export function readKnex(config: unknown, env: Env): PgReading | undefined {
  const connection = typeof config === 'string' ? config : peek(config, 'connection')
  // Knex parses the empty string like any other: it names no host, so pg dials localhost.
  const none =
    (!connection && connection !== '') ||
    typeof connection === 'function' ||
    peek(config, 'connectionPool')
  return none ? undefined : readKnexConnection(connection, env)
}

/**
 * A connection that somebody else opened and handed to Knex, by `.connection(raw)` or
 * `{ connection: raw }`, or that a dialect of the application's own returned.
 */
export function planKnexRaw(raw: unknown, env: Env, by = 'connection()'): Plan {
  const [host, port, ssl] = [peek(raw, 'host'), peek(raw, 'port'), peek(raw, 'ssl')]
  const connectionSsl = peek(peek(raw, 'connection'), 'ssl')
  const held = { host, port: Number(port), ssl, connectionSsl, negotiation: 'postgres' } as const
  const plan = planPgHeld({ ...held, observable: true }, undefined, env)
  return ofOthers(plan, option(by))
}

const option = (key: string): Origin => ({ via: 'option', key })

const ofOthers = (plan: Plan, origin: Origin): Plan => ({
  ...plan,
  driver: 'knex',
  remarks: [{ kind: 'unobservable', origin }, ...plan.remarks],
})

const CLIENT = option('client')
const isNative = (config: unknown): boolean =>
  (peek(config, 'client') || peek(config, 'dialect')) === 'pgnative'

/** libpq decides: what Knex was told about TLS does not reach it (pg 8.23.1, getLibpqConnectionString). */
function native({ sslmode: _, ...plan }: Plan): Plan {
  const roots = { kind: 'unset' } as const
  const tls = { kind: 'tls', verification: 'none', roots, negotiation: 'postgres' } as const
  return { ...plan, decidedBy: CLIENT, transports: [tls, { kind: 'plaintext' }] }
}

const UNTIL_RUN_TIME: Plan = {
  driver: 'knex',
  endpoint: { kind: 'tcp', host: '(known at run time)', port: 5432 },
  transports: [{ kind: 'plaintext' }],
  decidedBy: option('connection'),
  discarded: [],
  remarks: [],
  unknown: [option('connection')],
}

/** Settings about TLS beside `connection`, where Knex never looks. */
function remarkConfig(config: unknown): Remark[] {
  const beside = deadOptions(config, true).map(({ origin }) => origin)
  if (peek(config, 'ssl') !== undefined) beside.push(option('ssl'))
  return [
    ...(isNative(config)
      ? [{ kind: 'unobservable', origin: CLIENT, written: 'pgnative' } as const]
      : []),
    ...beside.map((origin): Remark => {
      const known = origin.key === 'ssl' ? { meant: 'connection.ssl' } : {}
      return { kind: 'key-unread', origin, ...known }
    }),
  ]
}

/** A plan of pg's Client in the terms of a Knex configuration: `ssl.ca` is `connection.ssl.ca` there. */
export const inKnexTerms = (plan: Plan): Plan => ({
  ...restateOrigins(plan, (origin) =>
    origin.via !== 'option' || /^(connection|client)\./.test(origin.key)
      ? origin
      : option(`connection.${origin.key}`),
  ),
  driver: 'knex',
})
