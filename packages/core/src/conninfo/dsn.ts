import { canonical, isKeyword } from './keywords.js'
import {
  isSpace,
  LATEST_LIBPQ,
  type LibpqVersion,
  refuse,
  refuseNul,
  type Setting,
} from './setting.js'
import { parseUri, uriPrefixLength } from './uri.js'

/**
 * Reads a keyword/value connection string as libpq does, or refuses it with a `ConnInfoError`.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE
 * @example
 * import { parseDsn } from './dsn.js'
 *
 * const settings = parseDsn("host=db.example.com dbname='my app'")
 * export const database = settings.at(-1)?.value // 'my app'
 */
export function parseDsn(text: string, version: LibpqVersion = LATEST_LIBPQ): Setting[] {
  refuseNul(text)
  const settings: Setting[] = []
  for (let at = skipSpaces(text, 0); at < text.length; at = skipSpaces(text, at)) {
    const start = at
    while (at < text.length && text[at] !== '=' && !isSpace(text[at])) at++
    const written = text.slice(start, at)
    at = skipSpaces(text, at)
    if (text[at] !== '=') refuse('"=" is missing after a keyword', at)
    const { value, end } = readValue(text, skipSpaces(text, at + 1))
    const [key, stored] = canonical(written, value)
    if (!isKeyword(key, version)) refuse('libpq has no such keyword', start)
    settings.push({ key, value: stored, origin: { via: 'keyword', key: written } })
    at = end
  }
  return settings
}

/**
 * Reads what psql and every program that expands `dbname` accept: a URI, a keyword/value string, or
 * else (no URI prefix, no `=`) a bare database name.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-DBNAME
 * @example
 * import { parseConnInfo } from './dsn.js'
 *
 * export const [setting] = parseConnInfo('app') // dbname=app
 */
export function parseConnInfo(text: string, version: LibpqVersion = LATEST_LIBPQ): Setting[] {
  if (uriPrefixLength(text) > 0) return parseUri(text, version)
  if (text.includes('=')) return parseDsn(text, version)
  refuseNul(text)
  if (text === '') return []
  return [{ key: 'dbname', value: text, origin: { via: 'keyword', key: 'dbname' } }]
}

const skipSpaces = (text: string, from: number): number => {
  let at = from
  while (isSpace(text[at])) at++
  return at
}

/** A value ends at a space, a quoted one at its quote; a backslash takes the next character as is. */
function readValue(text: string, start: number): { value: string; end: number } {
  const quoted = text[start] === "'"
  let value = ''
  let at = quoted ? start + 1 : start
  for (; at < text.length; at++) {
    if (quoted ? text[at] === "'" : isSpace(text[at])) break
    if (text[at] === '\\') at++
    value += text[at] ?? ''
  }
  if (!quoted) return { value, end: at }
  if (at >= text.length) refuse('a quoted value does not end', start)
  return { value, end: at + 1 }
}
