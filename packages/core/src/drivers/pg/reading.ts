import type { Discarded, Origin, Remark, SslMode } from '../../model.js'
import { deadOptions } from './dead-keys.js'
import { readHost, readHostaddr } from './host.js'
import { type Env, has, isBag, type PgConfig, peek, peekCopied } from './options.js'
import { type NamedFiles, readFiles, readNegotiation } from './settings.js'
import { hasCa } from './ssl.js'
import { readSslSetting } from './ssl-setting.js'
import { parsePgUrl } from './url.js'
import { remarkUrl } from './url-remarks.js'
import type { PgVersion } from './versions.js'

/** What pg's Client would hold for a configuration, and where that comes from. Holds no secret of its own. */
export interface PgReading extends NamedFiles {
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
  readonly sslmode?: { readonly mode: SslMode; readonly origin: Origin }
  readonly discarded: readonly Discarded[]
  readonly remarks: readonly Remark[]
  /** Why pg itself would throw, in fixed words. */
  readonly fatal?: string
}

const option = (key: string): Origin => ({ via: 'option', key })
const env = (key: string): Origin => ({ via: 'env', key })

/**
 * Reads a configuration as pg 8.23.1 does (connection-parameters.js): the connection string wins key
 * by key and replaces `ssl`, then options, then environment, then defaults. Reads no file.
 *
 * @example
 * import { readPg } from '@verify-full/core'
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

/** Options that put something else than pg's own JavaScript connection in its place. */
const REPLACING = ['stream', 'connection', 'native', 'nativeConnectionString'] as const

const unobservable = (options: unknown, from: Env): Remark[] => [
  ...REPLACING.filter((key) => isBag(options) && has(options, key) && peek(options, key)).map(
    (key) => remark('unobservable', option(key)),
  ),
  // pg 8.23.1, index.js: any non-empty value turns `require('pg')` into pg-native.
  ...(from.NODE_PG_FORCE_NATIVE ? [remark('unobservable', env('NODE_PG_FORCE_NATIVE'))] : []),
]
