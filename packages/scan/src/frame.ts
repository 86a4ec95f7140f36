import { mask, merge, type Span, secretsIn } from './mask.js'
import type { Frame, Range, SourceFile } from './model.js'

/** Longer lines are shown from the finding on: cutting elsewhere could leave half a password. */
const LONGEST_LINE = 400
const LONGEST_MARK = 160
const LONGEST_STRING = 16_384

/** The first line of a place, secrets masked, with the place underlined. */
export function frame(file: SourceFile, at: Range, secrets: readonly Range[] = []): Frame {
  const { text } = file
  const lineStart = at.offset - at.column + 1
  const next = /[\r\n]/.exec(text.slice(at.offset, at.offset + LONGEST_LINE + 1))
  const lineEnd = next
    ? at.offset + next.index
    : Math.min(text.length, at.offset + LONGEST_LINE + 1)
  const long = lineEnd - lineStart > LONGEST_LINE
  const from = long ? at.offset : lineStart
  const to = long ? Math.min(lineEnd, at.offset + Math.min(at.length, LONGEST_MARK)) : lineEnd
  // A long line is masked as far as it may hold one string, and cut afterwards.
  const whole = text.slice(from, long ? from + LONGEST_STRING : to)
  const exact = secrets.map(({ offset, length }): Span => [offset - from, offset + length - from])
  const spans = merge([...exact, ...secretsIn(whole)], whole.length)
  const [start, end] = [at.offset - from, Math.min(at.offset + at.length, to) - from]
  const masked = mask(whole, spans)
  const column = masked.position(start)
  const prefix = long ? '... ' : ''
  return {
    line: at.line,
    text: (
      prefix +
      masked.text.slice(0, masked.position(to - from)) +
      (long ? ' ...' : '')
    ).replaceAll('\t', ' '),
    column: column + 1 + prefix.length,
    length: Math.max(1, masked.position(end) - column),
  }
}
