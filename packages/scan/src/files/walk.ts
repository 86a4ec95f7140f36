import { type Dirent, readdirSync, statSync } from 'node:fs'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { type IgnoreScope, isIgnored, scopeAbove, scopeOf } from './ignore-files.js'
import { isSkippedName, NEVER, VENDORED } from './skipped.js'

export interface WalkOptions {
  /** Folder that paths are relative to. */
  readonly root: string
  /** Files and folders to look at, relative to the root. A file that is named here is always looked at. */
  readonly paths: readonly string[]
  /** Whether .gitignore, .verify-fullignore and the list of vendored folders are obeyed. */
  readonly ignore: boolean
}

/** A file that was found, or a folder that could not be read. */
export interface Walked {
  /** Relative to the root, with forward slashes. */
  readonly path: string
  readonly problem?: string
}

/**
 * The files to look at, in the order of their names. Symbolic links are not followed (a file inside the tree
 * is found where it is), so there are no loops.
 *
 * @throws TypeError where a path that was asked for does not exist.
 */
export function* walk({ root, paths, ignore }: WalkOptions): Generator<Walked> {
  const seen = new Set<string>()
  for (const path of paths) {
    const absolute = resolve(root, path)
    const stats = statSync(absolute, { throwIfNoEntry: false })
    if (!stats) throw new TypeError(`${path} does not exist`)
    const name = relative(root, absolute)
    const inside = isAbsolute(name) ? absolute : name
    const from = inside.split(sep).join('/')
    if (!stats.isDirectory()) {
      if (!seen.has(from)) yield { path: from }
      seen.add(from)
      continue
    }
    const scope = ignore ? scopeAbove(absolute) : undefined
    for (const found of folder(absolute.split(sep).join('/'), '', scope, ignore)) {
      const joined = from === '' ? found.path : `${from}/${found.path}`
      if (seen.has(joined)) continue
      if (paths.length > 1) seen.add(joined)
      yield from === '' ? found : { ...found, path: joined }
    }
  }
}

function* folder(
  absolute: string,
  base: string,
  outer: IgnoreScope | undefined,
  ignore: boolean,
): Generator<Walked> {
  let entries: Dirent[]
  try {
    entries = readdirSync(absolute, { withFileTypes: true })
  } catch (error) {
    yield {
      path: base === '' ? '.' : base.slice(0, -1),
      problem: `the folder cannot be read (${codeOf(error)})`,
    }
    return
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  const names = ignore ? entries.map(({ name }) => name) : []
  const scope = ignore ? scopeOf(absolute, base, names, outer) : undefined
  for (const entry of entries) {
    const { name } = entry
    const path = base + name
    if (entry.isDirectory()) {
      if (NEVER.has(name) || (ignore && VENDORED.has(name))) continue
      if (isIgnored(`${path}/`, scope)) continue
      yield* folder(`${absolute}/${name}`, `${path}/`, scope, ignore)
    } else if (entry.isFile() && !isSkippedName(name) && !isIgnored(path, scope)) yield { path }
  }
}

/** `EACCES`, `ENOENT`: what an error of the file system calls itself. */
export const codeOf = (error: unknown): string =>
  (error as { code?: unknown } | null)?.code?.toString() ?? 'unknown error'
