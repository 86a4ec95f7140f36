import type { DriverName } from '@verify-full/core'
import type { Declaration, SourceFile, TextEdit } from '../model.js'
import { type Mapped, place } from '../text/mapped.js'
import { variablesIn } from '../text/variables.js'

const ADDED = 'sslmode=verify-full'

/**
 * Whether a string may be completed where it stands: `all` of what its reader gets, or one that a `word` of a
 * shell without quotes holds, in which `&` would end the command. Absent: it is a piece of something.
 */
export type Extent = 'all' | 'word'

/** What a string is declared with. */
export interface Surroundings extends Pick<Declaration, 'env'> {
  readonly readers?: readonly DriverName[] | undefined
  readonly extent?: Extent | undefined
}

/** Who takes what follows `#` for a fragment; the others take it for a piece of the name. */
const KNOWS_FRAGMENTS: ReadonlySet<DriverName> = new Set(['pg', 'drizzle-kit'])

/** How a URL gets one parameter more; undefined where it is a piece, ends in a variable, or readers differ. */
export function addToUrl(
  value: Mapped,
  file: SourceFile,
  { readers = [], extent }: Surroundings,
): TextEdit | undefined {
  const { text } = value
  const fragment = text.indexOf('#', text.lastIndexOf('@') + 1)
  const known = readers.length > 0 && readers.every((it) => KNOWS_FRAGMENTS.has(it))
  if (extent === undefined || (fragment >= 0 && !known)) return undefined
  const end = fragment < 0 ? text.length : fragment
  const last = place(value, end - 1, 1, file)
  const open = variablesIn(text).some(({ index, length }) => index + length === end)
  if (!last || open) return undefined
  const query = text.indexOf('?') >= 0
  if (query && extent === 'word') return undefined
  const separator = !query ? '?' : /[?&]$/.test(text.slice(0, end)) ? '' : '&'
  return { offset: last.offset + 1, length: 0, text: separator + ADDED }
}

/** A keyword/value string gets it at its beginning: what code appends to it still counts. */
export function addToDsn(value: Mapped, file: SourceFile, quoted: boolean): TextEdit | undefined {
  const first = place(value, 0, 1, file)
  const before = first && file.text[first.offset - 1]
  if (!first || !(quoted || /["'`]/.test(before ?? ''))) return undefined
  return { offset: first.offset, length: 0, text: `${ADDED} ` }
}

/** A section of settings gets a line more behind one of them. */
export function addLine(
  after: { offset: number; length: number },
  { text }: SourceFile,
): TextEdit | undefined {
  const end = after.offset + after.length
  const newline = /^[ \t]*(\r?\n|$)/.exec(text.slice(end, end + 200))?.[1]
  if (newline === undefined) return undefined
  return { offset: end, length: 0, text: `${newline || '\n'}${ADDED}` }
}

/** `${NAME}/`, `${{ env.NAME }}?`, `$(NAME)&`, `$NAME/`: a variable that something follows. */
const EXTENDED =
  /\$(?:\{\{?\s{0,9}(?:env\.)?(\w+)\s{0,9}\}\}?|\((\w+)\))(?=[\w/?&%.=-])|\$(\w+)(?=[/?&%.=-])/g
const extended = new WeakMap<SourceFile, ReadonlySet<string>>()

/** Whether a file puts a variable into a longer string: `${DATABASE_URL}?schema=app`, `$DATABASE_URL/app`. */
export function isExtended(key: string, file: SourceFile): boolean {
  const known = extended.get(file) ?? namesIn(file)
  extended.set(file, known)
  return known.has(key)
}

const namesIn = ({ text }: SourceFile): ReadonlySet<string> =>
  new Set([...text.matchAll(EXTENDED)].flatMap((match) => match.slice(1).filter((it) => it)))
