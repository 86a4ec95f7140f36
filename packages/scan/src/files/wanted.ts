import { relative, resolve, sep } from 'node:path'
import type { ScanOptions } from '../options.js'
import { changedSince } from './git.js'
import { isSkippedPath } from './skipped.js'
import { type Walked, walk } from './walk.js'

/** The paths to look at: what git says, below the paths that were asked for, or a walk. */
export function* wanted(
  { root, paths = ['.'], ignore = true, since }: ScanOptions,
  staged: ReadonlyMap<string, Buffer> | undefined,
): Iterable<Walked> {
  const changed = staged
    ? [...staged.keys()]
    : since === undefined
      ? undefined
      : changedSince(root, since)
  if (!changed) {
    yield* walk({ root, paths, ignore })
    return
  }
  const below = paths.map((path) => relative(root, resolve(root, path)).split(sep).join('/'))
  for (const path of changed) {
    const asked = below.some((it) => it === '' || path === it || path.startsWith(`${it}/`))
    if (asked && !(ignore && isSkippedPath(path))) yield { path }
  }
}
