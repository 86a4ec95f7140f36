/** One token of a field. Quotes take away the meaning of keywords, `+` and `@`. */
export interface HbaToken {
  readonly text: string
  /** Whether it began with a quote, as PostgreSQL decides it. */
  readonly quoted: boolean
}

/** A comma-separated list: `app,"all",+staff`. */
export type HbaField = readonly HbaToken[]

/** A line after continuations are joined; blank lines and comments are left out. */
export interface HbaLine {
  /** Number of its first physical line, from 1. */
  readonly line: number
  readonly fields: readonly HbaField[]
}

/**
 * Cuts the text into fields, exactly as PostgreSQL's tokenizer does: a line that ends in a backslash goes
 * on, a comma with spaces after it goes on with the list, `#` starts a comment even inside a word, `""`
 * inside quotes is a quote.
 *
 * @see https://www.postgresql.org/docs/current/auth-pg-hba-conf.html
 */
export function tokenizeHba(text: string): HbaLine[] {
  const physical = text.split('\n')
  const lines: HbaLine[] = []
  for (let index = 0; index < physical.length; index++) {
    const line = index + 1
    let joined = stripEnd(physical[index] ?? '')
    // A backslash that was there before the last join does not count again.
    for (let seen = 0; joined.length > seen && joined.endsWith('\\'); ) {
      joined = joined.slice(0, -1)
      seen = joined.length
      index++
      if (index >= physical.length) break
      joined = stripEnd(joined + physical[index])
    }
    const fields = fieldsOf(joined)
    if (fields.length > 0) lines.push({ line, fields })
  }
  return lines
}

const stripEnd = (line: string): string => line.replace(/[\r\n]+$/, '')
const isBlank = (char: string): boolean => char === ' ' || char === '\t' || char === '\r'

function fieldsOf(line: string): HbaField[] {
  const fields: HbaField[] = []
  let position = 0
  while (position < line.length) {
    const field: HbaToken[] = []
    for (let goesOn = true; goesOn; ) {
      const next = nextToken(line, position)
      position = next.position
      if (next.token) field.push(next.token)
      goesOn = next.token !== undefined && next.comma
    }
    if (field.length > 0) fields.push(field)
  }
  return fields
}

/** The next token from `start`, where reading stopped, and whether a comma ended it. */
function nextToken(
  line: string,
  start: number,
): { token?: HbaToken; position: number; comma: boolean } {
  let at = start
  while (at < line.length && (isBlank(line.charAt(at)) || line[at] === ',')) at++
  let [text, inQuote, wasQuote, sawQuote, quoted, comma] = ['', false, false, false, false, false]
  for (; at < line.length; at++) {
    const char = line.charAt(at)
    if (!inQuote && isBlank(char)) break
    if (!inQuote && char === '#') {
      at = line.length
      break
    }
    if (!inQuote && char === ',') {
      comma = true
      at++
      break
    }
    if (char !== '"' || wasQuote) text += char
    wasQuote = inQuote && char === '"' ? !wasQuote : false
    if (char === '"') {
      inQuote = !inQuote
      sawQuote = true
      if (text === '') quoted = true
    }
  }
  const token = sawQuote || text !== '' ? { token: { text, quoted } } : {}
  return { ...token, position: at, comma }
}
