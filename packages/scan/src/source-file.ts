import type { Range, SourceFile } from './model.js'

/**
 * A file's text with its positions. Lines end at LF, CRLF or a lone CR.
 *
 * @example
 * import { sourceFile } from '@verify-full/scan'
 *
 * export const { line } = sourceFile('.env', 'A=1\nPGSSLMODE=prefer\n').range(4, 9) // 2
 */
export function sourceFile(path: string, text: string, mode?: number): SourceFile {
  let starts: readonly number[] | undefined
  let last = 0
  const at = (offset: number): { line: number; column: number } => {
    starts ??= lineStarts(text)
    // Most questions are about the line of the question before.
    const near = offset >= (starts[last] ?? 0) && offset < (starts[last + 1] ?? Infinity)
    let [low, high] = near ? [last, last] : [0, starts.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    last = low
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 }
  }
  return {
    path,
    text,
    ...(mode === undefined ? {} : { mode }),
    range(offset: number, length: number): Range {
      const [start, end] = [at(offset), at(offset + length)]
      return { offset, length, ...start, endLine: end.line, endColumn: end.column }
    },
  }
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (const { index, 0: end } of text.matchAll(/\r\n|\r|\n/g)) starts.push(index + end.length)
  return starts
}
