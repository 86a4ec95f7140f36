import { lazily } from './lazily.js'
import { masked } from './mask.js'
import type { ScanReport, TextEdit } from './model.js'

/** One file, before and after its safe rewrites. */
export interface FixedFile {
  readonly path: string
  readonly before: string
  readonly after: string
  readonly edits: number
}

/**
 * Applies the safe rewrites of a report. Edits that touch each other are left for the next run; a file whose
 * text is not what was scanned any more is left alone.
 *
 * @param read the text of a file as it is now, exactly; undefined where it is gone.
 */
export function applyFixes(
  { findings }: ScanReport,
  read: (path: string) => string | undefined,
): FixedFile[] {
  const byPath = new Map<string, TextEdit[]>()
  for (const { path, edits = [] } of findings) {
    byPath.set(path, [...(byPath.get(path) ?? []), ...edits])
  }
  return [...byPath].flatMap(([path, edits]) => {
    const before = edits.length > 0 ? read(path) : undefined
    if (before === undefined) return []
    const { after, count } = rewrite(before, edits)
    return count > 0 ? [{ path, before, after, edits: count }] : []
  })
}

function rewrite(text: string, edits: readonly TextEdit[]): { after: string; count: number } {
  let [after, at, count] = ['', 0, 0]
  for (const edit of [...edits].sort((a, b) => a.offset - b.offset)) {
    if (edit.offset < at || edit.offset + edit.length > text.length) continue
    after += text.slice(at, edit.offset) + edit.text
    at = edit.offset + edit.length
    count++
  }
  return { after: after + text.slice(at), count }
}

const library = lazily<typeof import('diff')>('diff')

/** The changes as a unified diff for people: secrets are masked, so it cannot be applied. */
export function formatDiff(files: readonly FixedFile[]): string {
  const { createTwoFilesPatch } = library()
  return files
    .map(({ path, before, after }) =>
      createTwoFilesPatch(`a/${path}`, `b/${path}`, before, after, undefined, undefined, {
        context: 0,
      }),
    )
    .join('')
    .split('\n')
    .map(masked)
    .join('\n')
}
