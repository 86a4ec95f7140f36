import { canonical, isKeyword } from './keywords.js'
import { decodePart } from './percent.js'
import { LATEST_LIBPQ, type LibpqVersion, refuse, refuseNul, type Setting } from './setting.js'

/**
 * The length of the URI prefix, 0 where the text is no connection URI; case counts.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
 * @example
 * import { uriPrefixLength } from './uri.js'
 *
 * export const isUri = uriPrefixLength('postgres://db.example.com') > 0
 */
export const uriPrefixLength = (text: string): number =>
  ['postgresql://', 'postgres://'].find((prefix) => text.startsWith(prefix))?.length ?? 0

/**
 * Reads a connection URI as libpq does, or refuses it with a `ConnInfoError`. Empty parts are no
 * settings, but empty parameters are; several hosts become one comma-separated `host` and `port`.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
 * @example
 * import { parseUri } from './uri.js'
 *
 * const settings = parseUri('postgres://db.example.com/app?sslmode=verify-full')
 * export const keys = settings.map(({ key }) => key) // ['host', 'dbname', 'sslmode']
 */
export function parseUri(text: string, version: LibpqVersion = LATEST_LIBPQ): Setting[] {
  const prefix = uriPrefixLength(text)
  if (prefix === 0) refuse('it does not start with "postgresql://" or "postgres://"', 0)
  refuseNul(text)
  const settings: Setting[] = []
  const add = (key: string, raw: string, start: number) => {
    if (raw === '') return
    settings.push({ key, value: decodePart(raw, start, version), origin: { via: 'uri', key } })
  }

  // libpq looks for "@" up to the first "/" only, and the first one ends the password.
  let at = prefix
  const mark = indexOfAny(text, '@/', prefix)
  if (text[mark] === '@') {
    const colon = text.indexOf(':', prefix)
    const userEnd = colon >= 0 && colon < mark ? colon : mark
    add('user', text.slice(prefix, userEnd), prefix)
    add('password', text.slice(userEnd + 1, mark), userEnd + 1)
    at = mark + 1
  }

  const { hosts, ports, end } = readHosts(text, at)
  add('host', hosts, at)
  add('port', ports, at)
  let query = end
  if (text[end] === '/') {
    query = indexOfAny(text, '?', end)
    add('dbname', text.slice(end + 1, query), end + 1)
  }
  if (text[query] === '?') settings.push(...readParameters(text, query + 1, version))
  return settings
}

const indexOfAny = (text: string, characters: string, from: number): number => {
  let at = from
  while (at < text.length && !characters.includes(text[at] ?? '')) at++
  return at
}

function readHosts(text: string, from: number): { hosts: string; ports: string; end: number } {
  const hosts: string[] = []
  const ports: string[] = []
  for (let at = from; ; at++) {
    const bracketed = text[at] === '['
    const hostStart = bracketed ? at + 1 : at
    const hostEnd = indexOfAny(text, bracketed ? ']' : ':/?,', hostStart)
    if (bracketed) refuseBrackets(text, hostStart, hostEnd)
    hosts.push(text.slice(hostStart, hostEnd))
    at = bracketed ? hostEnd + 1 : hostEnd
    const portStart = at + 1
    if (text[at] === ':') at = indexOfAny(text, '/?,', portStart)
    ports.push(text.slice(portStart, at))
    if (text[at] !== ',') return { hosts: hosts.join(','), ports: ports.join(','), end: at }
  }
}

function refuseBrackets(text: string, start: number, end: number): void {
  if (end === text.length) refuse('"]" is missing after an IPv6 address', end)
  if (end === start) refuse('an IPv6 address is empty', end)
  const next = text[end + 1]
  if (next !== undefined && !':/?,'.includes(next)) {
    refuse('":" or "/" was expected after an IPv6 address', end + 1)
  }
}

function readParameters(text: string, from: number, version: LibpqVersion): Setting[] {
  const settings: Setting[] = []
  for (let at = from; at < text.length; ) {
    const end = indexOfAny(text, '&', at)
    const equals = indexOfAny(text, '=&', at)
    if (equals === end) refuse('a parameter has no "="', end)
    const second = indexOfAny(text, '=&', equals + 1)
    if (second < end) refuse('a parameter has more than one "="', second)
    const written = decodePart(text.slice(at, equals), at, version)
    const value = decodePart(text.slice(equals + 1, end), equals + 1, version)
    const jdbc = written === 'ssl' && value === 'true'
    const [key, stored] = jdbc ? ['sslmode', 'require'] : canonical(written, value)
    if (!isKeyword(key, version)) refuse('libpq has no such parameter', at)
    settings.push({ key, value: stored, origin: { via: 'uri', key: written } })
    at = end + 1
  }
  return settings
}
