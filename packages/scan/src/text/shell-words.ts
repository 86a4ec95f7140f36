import type { SourceFile } from '../model.js'
import { join, type Mapped, slice } from './mapped.js'
import { relevantParts } from './relevant.js'

/** Ends a word where it is not quoted. */
const SEPARATOR = /[\s;|&()<>]/
/** The same for systemd and in a Dockerfile's `ENV`, which are quoted as in a shell, and run by none. */
export const SPACE: RegExp = /\s/

const ENDS_COMMAND = /[\n;|&()]/

/** A command on one line that sets nothing and quotes nothing: most lines of most scripts. */
const QUIET = /[^\n'"\\$#&|;()<>=]+(?:\n|$)/y

/** A word that stands for itself. */
const SIMPLE = /[^\s;|&()<>'"\\$#][^\s;|&()<>'"\\$]*(?=[\s;|&()<>]|$)/y

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}

/** A word, and whether it is the first of its command. */
export interface ShellWord extends Mapped {
  readonly first: boolean
}

/**
 * The words of a shell text, quotes and backslashes removed; variables stay as they are written. Comments
 * are skipped, and so are commands that say nothing about PostgreSQL; operators end a word.
 *
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02
 */
export function* shellWords(
  value: Mapped,
  file: SourceFile,
  separator: RegExp = SEPARATOR,
): Generator<ShellWord> {
  const { text } = value
  const relevant = relevantParts(text)
  if (!relevant(0, text.length)) return
  let [at, first] = [0, true]
  while (at < text.length) {
    while (at < text.length && separator.test(text[at] ?? '')) {
      if (ENDS_COMMAND.test(text[at] ?? '')) first = true
      at++
    }
    const quiet = first ? match(QUIET, text, at) : ''
    if (quiet !== '' && !relevant(at, at + quiet.length)) {
      at += quiet.length
      continue
    }
    const simple = separator === SEPARATOR ? match(SIMPLE, text, at) : ''
    if (simple !== '') {
      yield { ...slice(value, at, at + simple.length, file), first }
      first = false
      at += simple.length
      continue
    }
    if (text[at] === '#') {
      while (at < text.length && text[at] !== '\n') at++
      continue
    }
    const start = at
    const pieces: Mapped[] = []
    let run = at
    const flush = (): void => {
      if (run < at) pieces.push(slice(value, run, at, file))
    }
    while (at < text.length && !separator.test(text[at] ?? '')) {
      const character = text[at]
      if (character === "'" || character === '"') {
        flush()
        run = ++at
        while (at < text.length && text[at] !== character) {
          if (character === '"' && text[at] === '\\' && /["\\$`]/.test(text[at + 1] ?? '')) {
            flush()
            run = ++at
          }
          at++
        }
        flush()
        run = ++at
      } else if (character === '\\') {
        flush()
        // A backslash before a line end is no character at all.
        const newline = /^\\\r?\n/.exec(text.slice(at, at + 3))
        at += newline?.[0].length ?? 1
        run = at
        if (newline) break
        at++
      } else if (character === '$' && /[({]/.test(text[at + 1] ?? ''))
        at = endOfBraces(text, at + 1)
      else at++
    }
    flush()
    at = Math.min(at, text.length)
    if (at > start && pieces.length > 0) {
      yield { ...join(slice(value, start, at, file).at, pieces), first }
      first = false
    }
  }
}

/** A bound on the work for hostile text. */
const LONGEST_EXPANSION = 512

/** After `${...}` or `$(...)`; both nest. Where nothing closes it, after the opening bracket. */
function endOfBraces(text: string, open: number): number {
  let depth = 0
  for (let at = open; at < Math.min(text.length, open + LONGEST_EXPANSION); at++) {
    if (text[at] === '{' || text[at] === '(') depth++
    if (text[at] === '}' || text[at] === ')') depth--
    if (depth === 0) return at + 1
  }
  return open + 1
}
