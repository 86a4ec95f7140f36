import type { Discarded, Origin, Remark, SslMode } from '../model.js'
import { deadOptions } from './pg-dead-keys.js'
import { readHost, readHostaddr } from './pg-host.js'
import { type Env, has, isBag, type PgConfig, peek, peekCopied } from './pg-options.js'
import { hasCa, isFatalSsl, strengthOf } from './pg-ssl.js'
import { type PgUrl, parsePgUrl } from './pg-url.js'
import { remarkUrl } from './pg-url-remarks.js'
import { envSslMode, type PgVersion, sslValue } from './pg-versions.js'
import { isSslMode, unknownMode } from './pg-words.js'

/** A file that a setting names; it is not read. */
export interface NamedFile {
  readonly path: string
  readonly origin: Origin
}

/** What pg's Client would hold for a configuration, and where that comes from. Holds no secret of its own. */
export interface PgReading {
  readonly host: string
  readonly hostOrigin: Origin
  /** Written `hostaddr`: pg ignores it, the guard dials it. */
  readonly hostaddr?: string
  /** `NaN` where pg holds NaN. */
  readonly port: number
  /** As ConnectionParameters leaves it; of a connection string, without the files' contents. */
  readonly ssl: unknown
  readonly sslOrigin: Origin
  /** The option `ssl` that a connection string replaced. */
  readonly lostSsl?: unknown
  readonly negotiation: 'postgres' | 'direct'
  readonly rootcert?: NamedFile
  readonly sslcert?: NamedFile
  readonly sslkey?: NamedFile
  readonly sslcrl?: NamedFile
  readonly sslmode?: { readonly mode: SslMode; readonly origin: Origin }
  readonly discarded: readonly Discarded[]
  readonly remarks: readonly Remark[]
  /** Why pg itself would throw, in fixed words. */
  readonly fatal?: string
}

const uri = (key: string): Origin => ({ via: 'uri', key })
const option = (key: string): Origin => ({ via: 'option', key })
const env = (key: string): Origin => ({ via: 'env', key })

/**
 * Reads a configuration as pg 8.23.1 does (connection-parameters.js): the connection string wins key
 * by key and replaces `ssl`, then options, then environment, then defaults. Reads no file.
 *
 * @example
 * import { readPg } from './pg-reading.js'
 *
 * export const { ssl } = readPg('postgres://db.example.com/app?SSLMODE=verify-full', {}) // false
 */
export function readPg(
  config: string | PgConfig | null | undefined,
  environment: Env,
  version: PgVersion = 'pg8',
): PgReading {
  const options = typeof config === 'string' ? {} : config
  const string = typeof config === 'string' ? config : peek(options, 'connectionString')
  const given = typeof config === 'string' || Boolean(string)
  const url = typeof string === 'string' && given ? parsePgUrl(string, version) : undefined
  // With a connection string the options arrive through Object.assign: inherited ones do not.
  const read = (key: string): unknown => (given ? peekCopied(options, key) : peek(options, key))
  const ssl = readSslSetting(url, read('ssl'), environment, version)
  const host = readHost(url, read('host'), read('port'), environment)
  const negotiation = readNegotiation(url, read('sslnegotiation'), environment, ssl.value)
  const unreadable =
    given && typeof string !== 'string' ? 'connectionString is no string' : undefined
  const fatal = url?.fatal ?? unreadable ?? host.fatal ?? negotiation.fatal
  const address = readHostaddr(url, read('hostaddr'), environment, host)
  return {
    host: url?.fatal || unreadable ? UNREADABLE : host.host,
    hostOrigin: host.origin,
    ...(address.hostaddr ? { hostaddr: address.hostaddr } : {}),
    port: host.port,
    ssl: ssl.value,
    sslOrigin: ssl.origin,
    ...('lost' in ssl ? { lostSsl: ssl.lost } : {}),
    negotiation: negotiation.value,
    ...readFiles(url, read('sslcrl'), environment),
    ...(ssl.sslmode ? { sslmode: ssl.sslmode } : {}),
    discarded: [...ssl.discarded, ...host.discarded],
    remarks: [
      ...(url ? remarkUrl(url, ssl.modeOrigin) : []),
      ...(unreadable ? [remark('value-fatal', option('connectionString'))] : []),
      ...ssl.remarks,
      ...host.remarks,
      ...negotiation.remarks,
      ...address.remarks,
      ...unobservable(options, environment),
      ...(peek(options, 'service') ? [remark('unsupported', option('service'))] : []),
      ...deadOptions(options, hasCa(ssl.value) || Boolean(url?.values.get('sslrootcert'))),
    ],
    ...(fatal === undefined ? {} : { fatal }),
  }
}

/** Stands for a host that cannot be shown: it may hold the end of a password. */
export const UNREADABLE = '(unreadable host)'

const remark = (kind: Remark['kind'], origin: Origin): Remark => ({ kind, origin })

/** pg 8.23.1, connection-parameters.js: `ssl` of the string, else of the options, else PGSSLMODE. */
function readSslSetting(url: PgUrl | undefined, written: unknown, from: Env, version: PgVersion) {
  const modeOrigin = uri('sslmode')
  const mode = url?.kind === 'socket' ? undefined : url?.values.get('sslmode')
  const sslmode = isSslMode(mode) ? { mode, origin: modeOrigin } : undefined
  const discarded: Discarded[] = []
  const remarks: Remark[] = []
  const settle = (value: unknown, origin: Origin) => ({
    value: value === 'true' ? true : value === 'no-verify' ? { rejectUnauthorized: false } : value,
    origin,
  })
  const replaced = (lost: unknown, origin: Origin, by: { value: unknown; origin: Origin }) => {
    const [then, now] = [strengthOf(lost), strengthOf(by.value)]
    const pinned = url?.values.get('sslrootcert') ? now + 0.5 : now
    const effect = then > pinned ? 'weaker' : then < pinned ? 'stricter' : 'same'
    discarded.push({ origin, by: by.origin, effect })
  }
  const pgsslmode = from.PGSSLMODE ?? ''
  const meaning = envSslMode(pgsslmode, version)
  const fromEnv = meaning === undefined ? undefined : sslValue(meaning, true)
  const rest = { modeOrigin, discarded, remarks }

  if (url?.ssl !== undefined) {
    const origin = url.sslKey === 'sslmode' ? modeOrigin : uri(url.sslKey)
    const held = settle(url.ssl, origin)
    const earlier = url.values.get('ssl')
    if (earlier !== undefined && url.sslKey !== 'ssl' && url.sslKey !== 'sslnegotiation') {
      replaced(earlier === '0' ? false : settle(earlier, origin).value, uri('ssl'), held)
    }
    const lost = written === undefined ? {} : { lost: settle(written, origin).value }
    if ('lost' in lost) replaced(lost.lost, option(hasCa(lost.lost) ? 'ssl.ca' : 'ssl'), held)
    if (fromEnv !== undefined) replaced(fromEnv, env('PGSSLMODE'), held)
    return { ...held, ...lost, ...rest, sslmode }
  }
  if (written !== undefined) {
    const held = settle(written, option('ssl'))
    if (fromEnv !== undefined) replaced(fromEnv, env('PGSSLMODE'), held)
    return { ...held, ...rest, sslmode }
  }
  const origin = env('PGSSLMODE')
  if (pgsslmode !== '' && (meaning === undefined || !isSslMode(pgsslmode))) {
    remarks.push(unknownMode(pgsslmode, origin))
  }
  if (fromEnv === undefined) {
    return { value: false, origin: DEFAULT_SSL, ...rest, sslmode }
  }
  const portable = isSslMode(pgsslmode) ? { mode: pgsslmode, origin } : undefined
  return { value: fromEnv, origin, ...rest, sslmode: sslmode ?? portable }
}

const DEFAULT_SSL: Origin = { via: 'default', key: 'ssl' }

function readNegotiation(url: PgUrl | undefined, written: unknown, from: Env, ssl: unknown) {
  const inUrl = url?.values.get('sslnegotiation')
  const [value, origin] =
    inUrl !== undefined
      ? [inUrl || from.PGSSLNEGOTIATION, inUrl ? uri('sslnegotiation') : env('PGSSLNEGOTIATION')]
      : written
        ? [written, option('sslnegotiation')]
        : [from.PGSSLNEGOTIATION, env('PGSSLNEGOTIATION')]
  const fatal =
    value && value !== 'postgres' && value !== 'direct'
      ? 'Invalid sslnegotiation'
      : value === 'direct' && !ssl
        ? 'sslnegotiation=direct requires SSL'
        : undefined
  return {
    value: value === 'direct' ? ('direct' as const) : ('postgres' as const),
    remarks: fatal === undefined ? [] : [remark('value-fatal', origin)],
    fatal,
  }
}

/** Files named in a connection string (certificates) and the revocation lists that pg ignores. */
function readFiles(url: PgUrl | undefined, crlOption: unknown, from: Env) {
  const parsed = url?.kind === 'url' || url?.kind === 'relative' ? url.values : undefined
  const named = (path: unknown, origin: Origin): NamedFile | undefined =>
    typeof path === 'string' && path !== '' ? { path, origin } : undefined
  const inUrl = (key: string) => named(parsed?.get(key), uri(key))
  const rootcert = inUrl('sslrootcert')
  const sslcert = inUrl('sslcert')
  const sslkey = inUrl('sslkey')
  const sslcrl =
    inUrl('sslcrl') ?? named(crlOption, option('sslcrl')) ?? named(from.PGSSLCRL, env('PGSSLCRL'))
  return {
    ...(rootcert ? { rootcert } : {}),
    ...(sslcert ? { sslcert } : {}),
    ...(sslkey ? { sslkey } : {}),
    ...(sslcrl ? { sslcrl } : {}),
  }
}

/** Options that put something else than pg's own JavaScript connection in its place. */
const REPLACING = ['stream', 'connection', 'native', 'nativeConnectionString'] as const

const unobservable = (options: unknown, from: Env): Remark[] => [
  ...REPLACING.filter((key) => isBag(options) && has(options, key) && peek(options, key)).map(
    (key) => remark('unobservable', option(key)),
  ),
  // pg 8.23.1, index.js: any non-empty value turns `require('pg')` into pg-native.
  ...(from.NODE_PG_FORCE_NATIVE ? [remark('unobservable', env('NODE_PG_FORCE_NATIVE'))] : []),
]

/** Whether the value makes pg die once the server agrees to TLS. */
export const diesOf = (reading: PgReading): boolean => isFatalSsl(reading.ssl)
