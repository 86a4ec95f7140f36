import type { Discarded, Origin, Remark } from '../../model.js'
import { type Env, peek } from '../pg/options.js'
import type { PostgresUrl } from './url.js'

/** One address that postgres.js would dial. */
export interface PostgresHost {
  readonly host: string
  /** `NaN` where postgres.js holds NaN. */
  readonly port: number
}

/** Where postgres.js would connect to. */
export interface HostsReading {
  readonly hosts: readonly PostgresHost[]
  /** A unix socket instead of the hosts. */
  readonly path?: string
  readonly origin: Origin
  readonly discarded: readonly Discarded[]
  readonly remarks: readonly Remark[]
  /** Why postgres.js throws, in fixed words. */
  readonly fatal?: string
}

const uri = (key: string): Origin => ({ via: 'uri', key })
const option = (key: string): Origin => ({ via: 'option', key })
const env = (key: string): Origin => ({ via: 'env', key })

type Choice = readonly [value: unknown, origin: Origin]

/** The first truthy one, as a chain of `||` finds it. */
const first = (...choices: readonly Choice[]): Choice | undefined =>
  choices.find(([value]) => Boolean(value))

/** Hosts, ports and path as `parseOptions()` of postgres.js 3.4.9 leaves them. */
export function readPostgresHosts(
  url: PostgresUrl | undefined,
  options: unknown,
  from: Env,
): HostsReading {
  const chosen = first(
    [peek(options, 'hostname'), option('hostname')],
    [peek(options, 'host'), option('host')],
    [url?.multihost ?? url?.hostname, uri('host')],
    [from.PGHOST, env('PGHOST')],
  )
  const [host, origin] = chosen ?? ['localhost', { via: 'default', key: 'host' } as const]
  const [port, portOrigin] = first(
    [peek(options, 'port'), option('port')],
    [url?.port, uri('port')],
    [from.PGPORT, env('PGPORT')],
  ) ?? [5432, { via: 'default', key: 'port' } as const]
  const lost = origin.via === 'option' && url?.hostname ? [uri('host')] : []
  const discarded = lost.map((it): Discarded => ({ origin: it, by: origin, effect: 'same' }))
  const rest = { origin, discarded }
  const socket = peek(options, 'path') || (isSocket(host) && `${host}/.s.PGSQL.${port}`)
  const split = typeof host === 'string' ? host.split(',') : undefined
  if (!split && (!Array.isArray(host) || !Array.isArray(port))) {
    const remarks: Remark[] = [{ kind: 'value-fatal', origin }]
    return { ...rest, hosts: [], remarks, fatal: 'host is no string' }
  }
  const names = split?.map((it) => it.split(':')[0]) ?? (host as unknown[])
  const ports = Array.isArray(port)
    ? port.map(Number)
    : (split ?? []).map((it) => Number.parseInt(it.split(':')[1] || String(port), 10))
  if (socket) {
    const path = String(socket)
    const at = peek(options, 'path') ? option('path') : origin
    return { ...rest, origin: at, hosts: [{ host: '', port: 0 }], path, remarks: [] }
  }
  const hosts = ports.map((number, index) => ({ host: text(names[index]), port: number }))
  const remarks = new Map<string, Remark>()
  const note = (remark: Remark) => remarks.set(remark.kind, remark)
  if (split?.some(isAddress6)) note({ kind: 'string-misread', origin, ...IPV6 })
  // A comma and two @: what stands before the second may be a password's end.
  else if (split?.some((it) => it.includes('@'))) note({ kind: 'string-misread', origin })
  else if (hosts.length === 0 || names.length > hosts.length || hosts.some((it) => it.host === ''))
    note({ kind: 'string-misread', origin })
  // net.connect throws ERR_SOCKET_BAD_PORT.
  else if (ports.some((it) => !(it >= 0 && it < 65536)))
    note({ kind: 'value-fatal', origin: portOrigin })
  return { ...rest, hosts, remarks: [...remarks.values()] }
}

/** Everything with a slash is a directory, in a list only an element that is one. */
const isSocket = (host: unknown): boolean =>
  (typeof host === 'string' || Array.isArray(host)) && host.indexOf('/') > -1

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** The text is taken apart at its colons: `[::1]` dials `[`, and `::1` dials localhost. */
const isAddress6 = (host: string): boolean => host.split(':').length > 2
const IPV6 = {
  written: 'an IPv6 address',
  meant: "the address and the port as arrays: host: ['2001:db8::7'], port: [5432]",
} as const
