import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import type { Ignore } from 'ignore'
import { ignoring } from './ignoring.js'

/** Gitignore syntax, nested like .gitignore: the nearest file that has an opinion decides. */
const IGNORE_FILES = ['.gitignore', '.verify-fullignore']

/** The ignore files of one folder, and of the folders above it. */
export interface IgnoreScope {
  /** Where {@link rules} apply, relative to the root, with a slash at the end; empty at the root. */
  readonly base: string
  readonly rules: Ignore
  readonly outer: IgnoreScope | undefined
}

/** The ignore files that apply at a root: its own are read by the walk, those above it up to the repository. */
export function scopeAbove(root: string): IgnoreScope | undefined {
  const repository = repositoryOf(root)
  if (repository === undefined) return undefined
  const folders: string[] = []
  for (let at = root; at !== repository; at = dirname(at)) folders.unshift(dirname(at))
  const prefix = (folder: string) => relative(folder, root).split(sep).join('/')
  let scope: IgnoreScope | undefined
  const exclude = readIfThere(join(repository, '.git', 'info', 'exclude'))
  if (exclude) scope = above(prefix(repository), exclude, scope)
  for (const folder of folders) {
    const text = IGNORE_FILES.map((name) => readIfThere(join(folder, name))).join('\n')
    if (text.trim()) scope = above(prefix(folder), text, scope)
  }
  return scope
}

/** A scope whose paths begin above the root: `base` then stands for what has to be put before a path. */
const above = (prefix: string, text: string, outer: IgnoreScope | undefined): IgnoreScope => ({
  base: prefix === '' ? '' : `^${prefix}/`,
  rules: ignoring(text),
  outer,
})

/** The scope inside a folder, given the names in it. */
export function scopeOf(
  folder: string,
  base: string,
  names: readonly string[],
  outer: IgnoreScope | undefined,
): IgnoreScope | undefined {
  const text = IGNORE_FILES.filter((name) => names.includes(name))
    .map((name) => readIfThere(`${folder}/${name}`))
    .join('\n')
  return text.trim() ? { base, rules: ignoring(text), outer } : outer
}

/** Whether a path (relative to the root, folders with a slash at the end) is ignored. */
export function isIgnored(path: string, scope: IgnoreScope | undefined): boolean {
  for (let at = scope; at; at = at.outer) {
    const inside = at.base.startsWith('^') ? at.base.slice(1) + path : path.slice(at.base.length)
    const { ignored, unignored } = at.rules.test(inside)
    if (ignored) return true
    if (unignored) return false
  }
  return false
}

function repositoryOf(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at
    if (at === dirname(at)) return undefined
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
