import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { applyFixes, formatDiff, type ScanReport } from '@verify-full/scan'

/** Writes the safe rewrites of a report into the files, or only shows them. */
export function fixFiles(
  report: ScanReport,
  root: string,
  dryRun: boolean,
): { changed: number; diff: string } {
  const fixed = applyFixes(report, (path) => readExactly(resolve(root, path)))
  if (!dryRun) for (const { path, after } of fixed) writeFileSync(resolve(root, path), after)
  return { changed: fixed.length, diff: formatDiff(fixed) }
}

/**
 * The text of a file, where writing it back gives the same bytes: not where it is UTF-16, has a byte order
 * mark or is no valid UTF-8.
 */
function readExactly(path: string): string | undefined {
  const bytes = readFileSync(path)
  const text = bytes.toString('utf8')
  return !text.startsWith('\ufeff') && Buffer.from(text).equals(bytes) ? text : undefined
}
