import { type Origin, type Remark, SSL_MODES, type SslMode } from '../../model.js'
import { nearest } from '../../suggest.js'

/** Keywords about TLS or the host: whoever nearly writes one of them meant it. */
export const TLS_KEYWORDS = [
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'sslcrl',
  'sslnegotiation',
  'uselibpqcompat',
  'hostaddr',
] as const

/** Names that other drivers use, and what they are called here. */
export const FOREIGN_KEYS: Readonly<Record<string, string>> = {
  tls: 'sslmode',
  requiressl: 'sslmode',
  sslaccept: 'sslmode',
  usessl: 'sslmode',
}

/** Known names close to a keyword that mean something else. */
const DISTINCT = [
  'sslcrldir',
  'sslcertmode',
  'sslpassword',
  'sslsni',
  'sslcompression',
  'host',
  'ssl',
]

/** A name without case, `_` and `-`: `ssl_mode` and `sslMode` are one. */
export const plain = (name: string): string => name.toLowerCase().replace(/[_-]/g, '')

/** The TLS keyword that a name stands for without being it, or undefined. Safe to show: it is near. */
export function misspelt(name: string): string | undefined {
  if (name.length > 24 || !/^[\w-]+$/.test(name)) return undefined
  if ((TLS_KEYWORDS as readonly string[]).includes(name) || DISTINCT.includes(name))
    return undefined
  if (plain(name) === 'ssl') return 'ssl'
  const foreign = plain(name)
  if (Object.hasOwn(FOREIGN_KEYS, foreign)) return FOREIGN_KEYS[foreign]
  return nearest(name, TLS_KEYWORDS)
}

/** Whether a text is one of libpq's sslmodes, to the letter. */
export const isSslMode = (text: unknown): text is SslMode =>
  (SSL_MODES as readonly unknown[]).includes(text)

/** A value where an sslmode is expected, shown only if it resembles one: it might be a secret. */
export function unknownMode(value: unknown, origin: Origin): Remark {
  const kind = 'value-unknown'
  if (value === 'no-verify') return { kind, origin, written: value, meant: 'verify-full' }
  if (typeof value !== 'string' || !/^[\w-]{1,24}$/.test(value)) return { kind, origin }
  const meant = nearest(value, SSL_MODES)
  return meant === undefined ? { kind, origin } : { kind, origin, written: value, meant }
}

/** The same for a reader that has no `verify-full`: it must not be suggested there. */
export function foreignMode(value: unknown, origin: Origin): Remark {
  const { meant: _, ...remark } = unknownMode(value, origin)
  return remark
}
