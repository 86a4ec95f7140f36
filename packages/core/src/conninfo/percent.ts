import { LATEST_LIBPQ, type LibpqVersion, refuse } from './setting.js'

const ESCAPE = /^[0-9A-Fa-f]{2}$/

/**
 * Percent-decodes one part of a connection URI as libpq does: `+` stays, `%00` and half an escape are
 * refused. libpq 18 also drops spaces around the part and refuses them inside; older ones keep them.
 * `start` is the part's offset in the URI.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
 * @example
 * import { decodePart } from './percent.js'
 *
 * export const directory = decodePart('%2Fvar%2Frun', 0) // '/var/run'
 */
export function decodePart(
  part: string,
  start: number,
  version: LibpqVersion = LATEST_LIBPQ,
): string {
  const text = version < 18 ? part : trimSpaces(part, start)
  const origin = start + (text === part ? 0 : part.indexOf(text))
  const pieces = text.split('%')
  let decoded = pieces[0] ?? ''
  let bytes: number[] = []
  let position = origin + decoded.length
  const flush = () => {
    if (bytes.length > 0)
      decoded += new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes))
    bytes = []
  }
  for (const piece of pieces.slice(1)) {
    const digits = piece.slice(0, 2)
    if (!ESCAPE.test(digits)) refuse('"%" is not followed by two hexadecimal digits', position)
    if (digits === '00') refuse('"%00" is forbidden', position)
    bytes.push(Number.parseInt(digits, 16))
    if (piece.length > 2) {
      flush()
      decoded += piece.slice(2)
    }
    position += piece.length + 1
  }
  flush()
  return decoded
}

function trimSpaces(part: string, start: number): string {
  let from = 0
  while (part[from] === ' ') from++
  let to = part.length
  while (to > from && part[to - 1] === ' ') to--
  const text = part.slice(from, to)
  const space = text.indexOf(' ')
  if (space >= 0) refuse('a space must be written as "%20"', start + from + space)
  return text
}
