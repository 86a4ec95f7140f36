import type { Origin, Remark } from '../../model.js'
import type { Env } from './options.js'
import type { PgUrl } from './url.js'

/** A file that a setting names; it is not read. */
export interface NamedFile {
  readonly path: string
  readonly origin: Origin
}

/** The files that a configuration names beside `ssl`. */
export interface NamedFiles {
  readonly rootcert?: NamedFile
  readonly sslcert?: NamedFile
  readonly sslkey?: NamedFile
  readonly sslcrl?: NamedFile
}

/** How TLS is begun, and why pg throws instead. */
export interface Negotiation {
  readonly value: 'postgres' | 'direct'
  readonly remarks: readonly Remark[]
  readonly fatal?: string
}

const uri = (key: string): Origin => ({ via: 'uri', key })
const option = (key: string): Origin => ({ via: 'option', key })
const env = (key: string): Origin => ({ via: 'env', key })

/** `sslnegotiation` as pg 8.23.1 reads it (connection-parameters.js): string, option, PGSSLNEGOTIATION. */
export function readNegotiation(
  url: PgUrl | undefined,
  written: unknown,
  from: Env,
  ssl: unknown,
): Negotiation {
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
    value: value === 'direct' ? 'direct' : 'postgres',
    remarks: fatal === undefined ? [] : [{ kind: 'value-fatal', origin }],
    ...(fatal === undefined ? {} : { fatal }),
  }
}

/** Files named in a connection string (certificates) and the revocation lists that pg ignores. */
export function readFiles(url: PgUrl | undefined, crlOption: unknown, from: Env): NamedFiles {
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
