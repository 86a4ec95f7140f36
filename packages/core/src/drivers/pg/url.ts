import { sslValue, type UrlParser, urlSslMode } from './versions.js'

/** What pg-connection-string would make of a string, without reading files. May hold a password. */
export interface PgUrl {
  /** `path`: `/dir db`; `relative`: no scheme, so resolved against `postgres://base`. */
  readonly kind: 'url' | 'path' | 'socket' | 'relative'
  readonly text: string
  readonly url?: URL
  /** Query parameters, the last of a name wins. */
  readonly values: ReadonlyMap<string, string>
  readonly host?: string
  readonly port?: string
  /** Undefined: not written, so options and environment decide. */
  readonly ssl: unknown
  readonly sslKey: string
  /** Why the parser throws, in fixed words. */
  readonly fatal?: string
}

/** The parameters that make `ssl` an object, the deciding one first. */
const MAKES_SSL = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey'] as const
const NOTHING: ReadonlyMap<string, string> = new Map()

/**
 * Models `parse()` of pg-connection-string 2.14.1 and, for Knex, 2.6.2 (index.js); certificate files
 * stay unread.
 */
export function parsePgUrl(text: string, parser: UrlParser): PgUrl {
  if (text.startsWith('/')) {
    const host = text.split(' ')[0] ?? ''
    return { kind: 'path', text, values: NOTHING, host, ssl: undefined, sslKey: 'ssl' }
  }
  const fatal = (reason: string): PgUrl => ({
    kind: 'url',
    text,
    values: NOTHING,
    ssl: undefined,
    sslKey: 'ssl',
    fatal: reason,
  })
  const read = readUrl(text)
  if (!read) return fatal('Invalid URL')
  const { url, dummy, relative } = read
  const values = new Map(url.searchParams)
  try {
    // pg decodes these too, and throws on a lone %.
    if (!values.get('user')) decodeURIComponent(url.username)
    if (!values.get('password')) decodeURIComponent(url.password)
    return url.protocol === 'socket:'
      ? readSocket(text, url, values)
      : readParts(relative ? 'relative' : 'url', text, url, dummy, values, parser)
  } catch {
    return fatal('URI malformed')
  }
}

/** A `socket:` URL returns before the parser looks at its parameters: they stay strings. */
function readSocket(text: string, url: URL, values: ReadonlyMap<string, string>): PgUrl {
  const [host, port, ssl] = [decodeURI(url.pathname), values.get('port'), values.get('ssl')]
  const written = port === undefined ? {} : { port }
  return { kind: 'socket', text, url, values, host, ...written, ssl, sslKey: 'ssl' }
}

function readParts(
  kind: PgUrl['kind'],
  text: string,
  url: URL,
  dummy: boolean,
  values: ReadonlyMap<string, string>,
  parser: UrlParser,
): PgUrl {
  const written = dummy ? '' : url.hostname
  const hostname = parser === 'knex' ? written : written.replace(/^\[(.+)\]$/, '$1')
  const host = values.get('host') || decodeURIComponent(hostname)
  const port = values.get('port') || url.port
  decodeURI(url.pathname.slice(1))
  return { kind, text, url, values, host, port, ...readSsl(values, parser) }
}

function readUrl(text: string): { url: URL; dummy: boolean; relative: boolean } | undefined {
  try {
    const typed = encoded(text)
    const dummy = !URL.canParse(typed, BASE)
    const written = dummy ? typed.replace('@/', '@___DUMMY___/') : typed
    return { url: new URL(written, BASE), dummy, relative: !URL.canParse(written) }
  } catch {
    return undefined
  }
}

// verify-full-ignore-next-line sslmode-missing -- what pg itself resolves against, not a connection
const BASE = 'postgres://base'

/** Spaces and stray percent signs get the whole string encoded (index.js, before `new URL`). */
const encoded = (text: string): string =>
  / |%[^a-f0-9]|%[a-f0-9][^a-f0-9]/i.test(text)
    ? encodeURI(text).replace(/%25(\d\d)/g, '%$1')
    : text

function convertedSsl(written: string | undefined): unknown {
  if (written === 'true' || written === '1') return true
  return written === '0' ? false : written
}

function readSsl(
  values: ReadonlyMap<string, string>,
  parser: UrlParser,
): Pick<PgUrl, 'ssl' | 'sslKey' | 'fatal'> {
  const sslKey = MAKES_SSL.find((key) => values.get(key))
  if (!sslKey) {
    const ssl = convertedSsl(values.get('ssl'))
    const implied = ssl === undefined && values.get('sslnegotiation') === 'direct'
    return implied && parser !== 'knex'
      ? { ssl: true, sslKey: 'sslnegotiation' }
      : { ssl, sslKey: 'ssl' }
  }
  const mode = values.get('sslmode')
  if (!mode) return { ssl: {}, sslKey }
  const row = urlSslMode(mode, parser, values.get('uselibpqcompat') === 'true')
  const meaning = values.get('sslrootcert') ? row.withRootcert : row.alone
  if (meaning === 'throws') return { ssl: {}, sslKey, fatal: 'verify-ca requires sslrootcert' }
  return { ssl: sslValue(meaning, 'object'), sslKey }
}
