import { isIP } from 'node:net'
import type { Discarded, Origin, Remark } from '../../model.js'
import type { Env } from './options.js'
import type { PgUrl } from './url.js'

/** The host and port that pg would dial. */
export interface HostReading {
  readonly host: string
  readonly origin: Origin
  readonly port: number
  readonly discarded: readonly Discarded[]
  readonly remarks: readonly Remark[]
  readonly fatal?: string
}

const uri = (key: string): Origin => ({ via: 'uri', key })
const option = (key: string): Origin => ({ via: 'option', key })
const env = (key: string): Origin => ({ via: 'env', key })

/** One setting of pg's `val()`: the first truthy of string-or-option, environment, default. */
function choose(
  key: 'host' | 'port',
  inUrl: string | undefined,
  written: unknown,
  from: Env,
  fallback: string | number,
): { value: unknown; origin: Origin } {
  const merged = inUrl ?? written
  const name = `PG${key.toUpperCase()}`
  if (merged) return { value: merged, origin: inUrl === undefined ? option(key) : uri(key) }
  if (from[name]) return { value: from[name], origin: env(name) }
  return { value: fallback, origin: { via: 'default', key } }
}

/** Host and port as pg 8.23.1 holds them: a string's empty host hides the option `host`. */
export function readHost(
  url: PgUrl | undefined,
  writtenHost: unknown,
  writtenPort: unknown,
  from: Env,
): HostReading {
  const host = choose('host', url?.host, writtenHost, from, 'localhost')
  const port = choose('port', url?.port, writtenPort, from, 5432)
  const scalar = typeof port.value === 'string' || typeof port.value === 'number'
  const number = scalar ? Number.parseInt(String(port.value), 10) : Number.NaN
  const hidden = url?.host !== undefined && writtenHost && writtenHost !== host.value
  const isText = typeof host.value === 'string'
  const remarks: Remark[] = []
  if (!isText) remarks.push({ kind: 'value-fatal', origin: host.origin })
  // net.connect throws ERR_SOCKET_BAD_PORT.
  if (!(number >= 0 && number < 65536)) remarks.push({ kind: 'value-fatal', origin: port.origin })
  return {
    host: isText ? (host.value as string) : '',
    origin: host.origin,
    port: number,
    discarded: hidden ? [{ origin: option('host'), by: host.origin, effect: 'same' }] : [],
    remarks,
    ...(isText ? {} : { fatal: 'host is no string' }),
  }
}

/** The `hostaddr` that libpq would dial in place of a written host; pg ignores it. */
export function readHostaddr(
  url: PgUrl | undefined,
  written: unknown,
  from: Env,
  host: HostReading,
): { hostaddr?: string; remarks: readonly Remark[] } {
  const inUrl = url?.values.get('hostaddr')
  const [value, origin] = inUrl
    ? [inUrl, uri('hostaddr')]
    : written
      ? [written, option('hostaddr')]
      : [from.PGHOSTADDR, env('PGHOSTADDR')]
  if (!value || host.host.startsWith('/')) return { remarks: [] }
  if (host.origin.via === 'default') return { remarks: [{ kind: 'key-unread', origin }] }
  if (typeof value !== 'string' || isIP(value) === 0) {
    return { remarks: [{ kind: 'value-unknown', origin }] }
  }
  return { hostaddr: value, remarks: [] }
}

/** Whoever names a service and no host means the service's host: these drivers dial localhost. */
export const unreadService = ({ PGSERVICE }: Env, host: Origin): Remark[] =>
  PGSERVICE && host.via === 'default'
    ? [{ kind: 'key-unread', origin: env('PGSERVICE'), meant: 'PGHOST' }]
    : []
