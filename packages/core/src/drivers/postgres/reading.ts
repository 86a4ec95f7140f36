import { isIP } from 'node:net'
import type { Discarded, Origin, Remark, SslMode } from '../../model.js'
import { deadOptions } from '../pg/dead-keys.js'
import { type Env, isBag, keysOf, type PgConfig, peek } from '../pg/options.js'
import type { NamedFile } from '../pg/settings.js'
import { hasCa } from '../pg/ssl.js'
import { remarkUrl } from '../pg/url-remarks.js'
import { TLS_KEYWORDS } from '../pg/words.js'
import { type HostsReading, type PostgresHost, readPostgresHosts } from './hosts.js'
import { readPostgresSsl } from './ssl.js'
import { type PostgresUrl, parsePostgresUrl } from './url.js'

/** What postgres.js would hold for a URL and options, and where that comes from. */
export interface PostgresReading {
  /** At least one, in the order in which they are tried. */
  readonly hosts: readonly PostgresHost[]
  readonly hostOrigin: Origin
  /** A unix socket, with its file name; the hosts do not count then. */
  readonly path?: string
  /** Written `hostaddr`: postgres.js ignores it, the guard dials it. */
  readonly hostaddr?: string
  readonly ssl: unknown
  readonly sslOrigin: Origin
  readonly sslmode?: { readonly mode: SslMode; readonly origin: Origin }
  readonly negotiation: 'postgres' | 'direct'
  /** `sslrootcert` of the URL: postgres.js hands a path to the server, the guard reads the file. */
  readonly rootcert?: NamedFile
  readonly discarded: readonly Discarded[]
  readonly remarks: readonly Remark[]
  /** Why postgres.js itself would throw, in fixed words. */
  readonly fatal?: string
}

/**
 * Reads what `postgres(url, options)` is given as postgres.js 3.4.9 does (src/index.js): options, then
 * the URL, then environment (PGSSL, not PGSSLMODE), then defaults. Reads no file.
 *
 * @example
 * import { readPostgres } from '@verify-full/core'
 *
 * const url = 'postgres://db.example.com/app?sslmode=verify-full'
 * export const { ssl } = readPostgres(url, { ssl: undefined }, {}) // undefined: no TLS
 */
export function readPostgres(
  target: string | PgConfig | null | undefined,
  second: PgConfig | null | undefined,
  environment: Env,
): PostgresReading {
  const text = typeof target === 'string' && target ? target : undefined
  const options: unknown = (text === undefined && target ? target : second) || {}
  const url = text === undefined ? undefined : parsePostgresUrl(text)
  if (text !== undefined && !url) return UNPARSED
  const hosts = readPostgresHosts(url, options, environment)
  const ssl = readPostgresSsl(url, options, environment)
  const path = url?.values.get('sslrootcert')
  const rootcert = path ? { path, origin: uri('sslrootcert') } : undefined
  const address = readAddress(url, options, environment, hosts)
  return {
    hosts: hosts.hosts,
    hostOrigin: hosts.origin,
    ...(hosts.path ? { path: hosts.path } : {}),
    ...(address.hostaddr ? { hostaddr: address.hostaddr } : {}),
    ssl: ssl.value,
    sslOrigin: ssl.origin,
    ...(ssl.sslmode ? { sslmode: ssl.sslmode } : {}),
    negotiation: negotiationOf(url, options, environment),
    ...(rootcert ? { rootcert } : {}),
    discarded: [...ssl.discarded, ...hosts.discarded],
    remarks: [
      ...(url ? remarkPostgresUrl(url) : []),
      ...ssl.remarks,
      ...hosts.remarks,
      ...address.remarks,
      ...(peek(options, 'socket') ? [about('unobservable', 'socket')] : []),
      ...(peek(options, 'connectionString') ? [NOT_AN_OPTION] : []),
      ...remarkUrlObject(options),
      ...keysOf(peek(options, 'connection'))
        .filter((key) => (TLS_KEYWORDS as readonly string[]).includes(key))
        .map((key) => about('key-unread', `connection.${key}`)),
      ...deadOptions(options, hasCa(ssl.value) || rootcert !== undefined).map(forPostgres),
    ],
    ...(hosts.fatal ? { fatal: hosts.fatal } : {}),
  }
}

const uri = (key: string): Origin => ({ via: 'uri', key })
const about = (kind: Remark['kind'], key: string): Remark => ({
  kind,
  origin: { via: 'option', key },
})

const UNPARSED: PostgresReading = {
  hosts: [],
  hostOrigin: uri('connectionString'),
  ssl: undefined,
  sslOrigin: uri('connectionString'),
  negotiation: 'postgres',
  discarded: [],
  remarks: [{ kind: 'string-misread', origin: uri('connectionString') }],
  fatal: 'Invalid URL',
}

function negotiationOf(url: PostgresUrl | undefined, options: unknown, from: Env) {
  const key = 'sslnegotiation'
  const written =
    isBag(options) && key in options
      ? peek(options, key)
      : (url?.values.get(key) ?? from.PGSSLNEGOTIATION)
  return written === 'direct' ? 'direct' : 'postgres'
}

/** Parameters that pg or libpq reads, and postgres.js hands to the server, which refuses them. */
const HANDED_ON = ['host', 'port', 'sslcert', 'sslkey', 'sslcrl', 'uselibpqcompat']

function remarkPostgresUrl({ text, url, values }: PostgresUrl): Remark[] {
  const asPg = { kind: 'url', text, url, values, ssl: undefined, sslKey: 'ssl' } as const
  return [
    // A value that is no sslmode is remarked where it is read.
    ...remarkUrl(asPg, uri('sslmode')).filter(({ kind }) => kind !== 'value-unknown'),
    ...HANDED_ON.filter((key) => values.get(key)).map(
      (key): Remark => ({ kind: 'key-unread', origin: uri(key) }),
    ),
  ]
}

/** Of a `URL` object host, port and login are used, and nothing of its query. */
function remarkUrlObject(options: unknown): Remark[] {
  const query = peek(options, 'searchParams')
  if (!(query instanceof URLSearchParams)) return []
  const unread = ['ssl', 'sslmode', 'sslrootcert', 'sslnegotiation'].filter((key) => query.has(key))
  return unread.map((key) => ({ kind: 'key-unread', origin: uri(key) }))
}

const NOT_AN_OPTION: Remark = {
  ...about('key-unread', 'connectionString'),
  meant: 'the first argument',
}

/** The URL is the first argument here, not an option. */
const forPostgres = (remark: Remark): Remark =>
  remark.meant === 'connectionString' ? { ...remark, meant: 'the first argument' } : remark

function readAddress(
  url: PostgresUrl | undefined,
  options: unknown,
  from: Env,
  { hosts, origin: hostOrigin, path }: HostsReading,
): { hostaddr?: string; remarks: readonly Remark[] } {
  const choices = [
    [peek(options, 'hostaddr'), { via: 'option', key: 'hostaddr' }],
    [url?.values.get('hostaddr'), uri('hostaddr')],
    [from.PGHOSTADDR, { via: 'env', key: 'PGHOSTADDR' }],
  ] as const
  const [value, origin] = choices.find(([written]) => Boolean(written)) ?? []
  if (!value || !origin || path) return { remarks: [] }
  if (hostOrigin.via === 'default' || hosts.length !== 1) {
    return { remarks: [{ kind: 'key-unread', origin }] }
  }
  if (typeof value !== 'string' || isIP(value) === 0) {
    return { remarks: [{ kind: 'value-unknown', origin }] }
  }
  return { hostaddr: value, remarks: [] }
}
