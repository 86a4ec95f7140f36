import type { Origin, Plan, Remark } from '../../model.js'
import { copies, type Env, isBag, peek, peekCopied } from '../pg/options.js'
import { planPgReading, readPg } from '../pg/plan.js'
import { type PgReading, UNREADABLE } from '../pg/reading.js'
import { hasCa, strengthOf } from '../pg/ssl.js'
import { misspelt, TLS_KEYWORDS } from '../pg/words.js'
import { restateOrigins } from '../restate-origins.js'
import { deadTypeOrmOptions } from './dead-keys.js'
import { type TypeOrmPool, typeOrmPools } from './pools.js'
import { parseTypeOrmUrl } from './url.js'

/** What TypeORM finds beside it at run time; nothing in its options shows it. */
export interface TypeOrmInstalled {
  /** Whether `require('pg-native')` works where TypeORM stands. @default false */
  readonly pgNative?: boolean
}

/**
 * What TypeORM would do with DataSource options of type `postgres` or `cockroachdb`: one plan per pool,
 * master first, and never an exception. Origins are in the terms of the options.
 *
 * @example
 * import { planTypeOrm } from '@verify-full/core'
 *
 * const ssl = { ca: '-----BEGIN CERTIFICATE-----\n...' }
 * const replication = { master: { host: 'a.example.com', ssl }, slaves: [{ host: 'b.example.com' }] }
 * export const kinds = planTypeOrm({ type: 'postgres', replication }, {}).map(
 *   ({ name, transports: [first] }) => `${name} ${first.kind}`,
 * ) // ['replication.master tls', 'replication.slaves[0] plaintext']
 */
export const planTypeOrm = (options: unknown, env: Env, installed: TypeOrmInstalled = {}): Plan[] =>
  typeOrmPools(options).map((pool) => planPool(pool, options, env, installed))

function planPool(
  pool: TypeOrmPool,
  options: unknown,
  env: Env,
  installed: TypeOrmInstalled,
): Plan {
  const { config } = pool
  const reading = readPg(config, env)
  const plan = inTypeOrmTerms(planPgReading(reading, env), pool)
  const ofUrl = readByTypeOrm(pool, options)
  const misread = ofUrl.some(({ kind }) => kind === 'string-misread')
  const remarks = [
    ...unobservable(options, installed),
    ...fatalUrl(pool, options),
    ...ofUrl,
    ...deadTypeOrmOptions(pool, options),
    ...replaced(pool, options, reading, plan),
  ]
  return {
    ...plan,
    ...(misread ? { endpoint: { kind: 'tcp', host: UNREADABLE, port: reading.port } } : {}),
    remarks: [...plan.remarks, ...remarks],
  }
}

/** Settings whose name in TypeORM differs from pg's. */
const NAMES: Readonly<Record<string, string>> = { connectionString: 'url' }

/** A plan of pg's Client in the terms of the DataSource options that the pool was made of. */
export const inTypeOrmTerms = (plan: Plan, { extra, path, name }: TypeOrmPool): Plan => ({
  ...restateOrigins(plan, (origin) => {
    const { via, key } = origin
    if (via !== 'option' && !(via === 'uri' && key === 'connectionString')) return origin
    const [head = ''] = key.split('.', 1)
    // What a live client holds is of no option any more.
    if (head === 'client') return origin
    if (isBag(extra) && copies(extra, head)) return option(`extra.${key}`)
    return option(`${path}${NAMES[key] ?? key}`)
  }),
  driver: 'typeorm',
  ...(name === undefined ? {} : { name }),
})

const option = (key: string): Origin => ({ via: 'option', key })
const uri = (key: string): Origin => ({ via: 'uri', key })

/** `loadDependencies`: a driver of the caller's own, and the switch to pg-native. */
function unobservable(options: unknown, { pgNative = false }: TypeOrmInstalled): Remark[] {
  const remark = (origin: Origin): Remark => ({ kind: 'unobservable', origin })
  const [driver, nativeDriver] = [peek(options, 'driver'), peek(options, 'nativeDriver')]
  const isPg = [peek(driver, 'Pool'), peek(driver, 'Client')].every(
    (it) => typeof it === 'function',
  )
  const remarks = driver === undefined || driver === null || isPg ? [] : [remark(option('driver'))]
  if (nativeDriver) return [...remarks, remark(option('nativeDriver'))]
  // 1.x asks `??`: false keeps it from looking, null does not.
  return pgNative && nativeDriver !== false
    ? [...remarks, remark({ via: 'default', key: 'pg-native' })]
    : remarks
}

/** TypeORM's own parser reads every url, if only for the database, and may throw where pg would not. */
function fatalUrl({ credentials, path }: TypeOrmPool, options: unknown): Remark[] {
  const urls = [
    { origin: option(`${path}url`), url: peek(credentials, 'url') },
    ...(path === '' ? [] : [{ origin: option('url'), url: peek(options, 'url') }]),
  ]
  return urls
    .filter(({ url }) => url && parseTypeOrmUrl(url).fatal !== undefined)
    .map(({ origin }) => ({ kind: 'value-fatal', origin }))
}

/** The cockroachdb driver connects by TypeORM's own parser, which cuts the query off. */
function readByTypeOrm({ credentials, path }: TypeOrmPool, options: unknown): Remark[] {
  const url = peekCopied(credentials, 'url')
  if (peek(options, 'type') !== 'cockroachdb' || typeof url !== 'string') return []
  const dropped = tlsParameters(url).map(
    (key): Remark => ({ kind: 'key-unread', origin: uri(key) }),
  )
  const misread: Remark = { kind: 'string-misread', origin: option(`${path}url`) }
  return parseTypeOrmUrl(url).misread ? [misread, ...dropped] : dropped
}

/** Names of the parameters of a url that are about TLS, well or badly spelt; never free text. */
function tlsParameters(url: string): string[] {
  const query = url.split('?').slice(1).join('&').split('#', 1)[0] ?? ''
  const names = query.split('&').map((part) => part.split('=', 1)[0] ?? '')
  const known: readonly string[] = [...TLS_KEYWORDS, 'ssl']
  return [...new Set(names)].filter((name) => known.includes(name) || misspelt(name))
}

interface Above {
  readonly origin: Origin
  readonly ssl: unknown
  /** What takes its place, or where it would be read. */
  readonly remark: Pick<Remark, 'written' | 'meant'>
}

/**
 * Settings that never reach this pool, where it ends up weaker without them: `ssl` beside `extra.ssl`,
 * `url` beside `extra.connectionString`, and those at the top beside `replication`.
 */
function replaced(pool: TypeOrmPool, options: unknown, reading: PgReading, plan: Plan): Remark[] {
  const { credentials, path } = pool
  const extra = peek(options, 'extra')
  const has = (key: string) => isBag(extra) && copies(extra, key)
  const above: Above[] = []
  const lose = (from: unknown, prefix: string, key: 'ssl' | 'url', remark: Above['remark']) => {
    const value = peekCopied(from, key)
    const ssl = key === 'url' ? readPg({ connectionString: value }, {}).ssl : value
    if (value && ssl) above.push({ origin: option(`${prefix}${key}`), ssl, remark })
  }
  if (has('ssl')) lose(credentials, path, 'ssl', { written: 'extra.ssl' })
  if (has('connectionString')) lose(credentials, path, 'url', { written: 'extra.connectionString' })
  if (path !== '') {
    for (const key of ['ssl', 'url'] as const) lose(options, '', key, { meant: `${path}${key}` })
  }
  return above.flatMap(({ origin, ssl, remark }): Remark[] => {
    if (Math.floor(strengthOf(reading.ssl)) < Math.floor(strengthOf(ssl))) {
      return [{ kind: 'key-unread', origin, ...remark }]
    }
    const [transport] = plan.transports
    const unpinned = transport.kind === 'tls' && transport.roots.kind === 'unset' && hasCa(ssl)
    return unpinned ? [{ kind: 'roots-widened', origin: option(`${origin.key}.ca`) }] : []
  })
}
