import type { Declaration, SourceFile } from '../model.js'
import { literal, type Mapped, slice } from '../text/mapped.js'
import type { Surroundings } from './addition.js'
import { declareDsn, findDsns } from './dsn.js'
import { declareJdbc, JDBC_SCHEME } from './jdbc.js'
import { declareUrl, URL_SCHEME } from './url.js'

const ANY = new RegExp(`(?<![\\w+])(?:${JDBC_SCHEME.source}|${URL_SCHEME.source})`, 'gi')
/** No connection string is longer; a bound on the work for hostile text. */
const LONGEST = 8192
const CLOSING: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' }

/** Every connection string in a value: URLs, JDBC URLs and keyword/value strings. */
export function declareStrings(
  value: Mapped,
  file: SourceFile,
  { extent, ...surroundings }: Surroundings,
): Declaration[] {
  const { text } = value
  const isAll = (start: number, end: number): boolean =>
    text.slice(0, start).trim() === '' && text.slice(end).trim() === ''
  const found: Declaration[] = []
  ANY.lastIndex = 0
  for (let match = ANY.exec(text); match; match = ANY.exec(text)) {
    const start = match.index
    const end = endOfUrl(text, start)
    const part = slice(value, start, end, file)
    const jdbc = /^jdbc:/i.test(match[0])
    const inside = { ...surroundings, extent: isAll(start, end) ? extent : undefined }
    const declaration = jdbc ? declareJdbc(part, file, inside) : declareUrl(part, file, inside)
    if (declaration) found.push(declaration)
    ANY.lastIndex = Math.max(end, start + match[0].length)
  }
  for (const { start, end } of findDsns(text)) {
    const whole = extent !== undefined && isAll(start, end)
    found.push(declareDsn(slice(value, start, end, file), file, whole))
  }
  return found
}

/** A value that is a connection string as a whole: its driver gets all of it, spaces included. */
export function declareWhole(
  value: Mapped,
  file: SourceFile,
  surroundings: Surroundings,
): Declaration[] {
  const start = value.text.search(/\S/)
  const trimmed = slice(value, Math.max(0, start), value.text.trimEnd().length, file)
  const { text } = trimmed
  const whole = new RegExp(`^${URL_SCHEME.source}`, 'i').test(text) && text.length <= LONGEST
  const space = text.search(/\s/)
  if (!whole || /[\r\n]/.test(text) || (space >= 0 && text.includes('://', space)))
    return declareStrings(value, file, surroundings)
  const declaration = declareUrl(trimmed, file, surroundings)
  return declaration ? [declaration] : []
}

/** Every connection string in a file of code or text; those in comments reach nobody, and are notes. */
export const declareText = (
  file: SourceFile,
  from = 0,
  to: number = file.text.length,
): Declaration[] =>
  declareStrings(literal(file, from, to - from), file, { env: {} }).map((it) => inComment(it, file))

/** What begins a comment in the languages that have one to the end of the line, or over several. */
const COMMENT = /^\s*(?:\/\/|#|\*|\/\*|--|;|%|<!--|""")|\s(?:\/\/|#)\s/
const LONGEST_COMMENT = 400

function inComment(declaration: Declaration, { text }: SourceFile): Declaration {
  const { offset, column } = declaration.at
  const before = text.slice(Math.max(offset - column + 1, offset - LONGEST_COMMENT), offset)
  return COMMENT.test(before) ? { ...declaration, local: 'a comment' } : declaration
}

const LONGEST_VARIABLE = 200
/** A template's variable may be written on several lines; a statement's end is not in it. */
const CLOSED = /^[^;]*\}/

/** Whether a space is one of `<your host>`. */
const inPlaceholder = (text: string, start: number, at: number): boolean =>
  /<[A-Za-z_][\w -]{0,60}$/.test(text.slice(Math.max(start, at - 62), at)) &&
  /^[\w -]{0,60}>/.test(text.slice(at, at + 62))

/**
 * Where a URL ends: at a space or quote, at a bracket that was opened before it, before punctuation. Inside
 * `${...}` and `{{ ... }}` everything goes.
 */
export function endOfUrl(text: string, start: number): number {
  const open: string[] = []
  let at = start
  const limit = Math.min(text.length, start + LONGEST)
  for (; at < limit; at++) {
    const character = text[at] ?? ''
    const inVariable = open.includes('{')
    if (
      /[\r\n]/.test(character) &&
      !(inVariable && CLOSED.test(text.slice(at, at + LONGEST_VARIABLE)))
    )
      break
    if (!inVariable && /[\s"'`,|\\]/.test(character)) {
      // A list of hosts: `h1:5432,h2:5432`; a place for somebody to write in: `<your host>`.
      const list = character === ',' && /[\w[]/.test(text[at + 1] ?? '')
      if (!list && !(character === ' ' && inPlaceholder(text, start, at))) break
    }
    if ('([{'.includes(character)) open.push(character)
    if (character === '>' && !/<[\w -]{1,60}$/.test(text.slice(Math.max(start, at - 62), at))) break
    const opener = CLOSING[character]
    if (opener !== undefined) {
      if (!open.includes(opener)) break
      open.splice(open.lastIndexOf(opener), 1)
    }
  }
  while (at > start && /[.;:!]/.test(text[at - 1] ?? '')) at--
  return at
}
