import { lazily } from '../../lazily.js'
import type { ExtractContext, SourceFile } from '../../model.js'
import { LIBRARY_SOURCES } from './libraries.js'

/** Patterns with at most one `*`, and what they stand for, as paths from the root. */
interface Aliases {
  readonly patterns: readonly (readonly [pattern: string, targets: readonly string[]])[]
}

/**
 * The paths that a specifier which is not relative may stand for: `paths` and `baseUrl` of the nearest tsconfig.json or
 * jsconfig.json, `imports` of the nearest package.json.
 *
 * @see https://www.typescriptlang.org/tsconfig/#paths
 * @see https://nodejs.org/api/packages.html#subpath-imports
 */
export function aliasesOf(source: string, folder: string, context: ExtractContext): string[] {
  if (LIBRARY_SOURCES.has(source) || source.startsWith('node:') || source.startsWith('/')) return []
  const names = source.startsWith('#') ? ['package.json'] : ['tsconfig.json', 'jsconfig.json']
  const file = nearest(names, folder, context)
  const { patterns } = file ? readAliases(file, context) : NONE
  return patterns.flatMap(([pattern, targets]) => {
    const rest = matched(pattern, source)
    return rest === undefined ? [] : targets.map((it) => it.replace('*', () => rest))
  })
}

const NONE: Aliases = { patterns: [] }

function nearest(
  names: readonly string[],
  folder: string,
  { read }: ExtractContext,
): SourceFile | undefined {
  // A folder's path ends with a slash; the root's is empty.
  for (let at = folder; ; at = at.slice(0, at.lastIndexOf('/', at.length - 2) + 1)) {
    for (const name of names) {
      const file = read(at + name)
      if (file) return file
    }
    if (at === '') return undefined
  }
}

/** What stands for the `*` of a pattern, or nothing of a pattern without one. */
function matched(pattern: string, source: string): string | undefined {
  const star = pattern.indexOf('*')
  if (star < 0) return pattern === source ? '' : undefined
  const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)]
  const fits =
    source.length >= before.length + after.length &&
    source.startsWith(before) &&
    source.endsWith(after)
  return fits ? source.slice(before.length, source.length - after.length) : undefined
}

const KNOWN = new WeakMap<SourceFile, Aliases>()

function readAliases(file: SourceFile, context: ExtractContext): Aliases {
  const known = KNOWN.get(file)
  if (known) return known
  const found = file.path.endsWith('package.json')
    ? { patterns: entriesOf(field(parse(file.text))('imports'), folderOf(file)) }
    : compilerPaths(file, context)
  KNOWN.set(file, found)
  return found
}

/** More files that extend each other are not followed. */
const MOST_EXTENDED = 16

const ENDINGS = ['', '.json', '/tsconfig.json']

/** What a tsconfig.json does not say itself, one that it extends may; of several the last one counts. */
function compilerPaths(file: SourceFile, { read }: ExtractContext): Aliases {
  const files = [file]
  for (let at = 0; at < MOST_EXTENDED; at++) {
    const here = files.shift()
    if (!here) break
    const data = field(parse(here.text))
    const options = field(data('compilerOptions'))
    const baseUrl = options('baseUrl')
    const folder = folderOf(here)
    const base = typeof baseUrl === 'string' ? `${folder}${baseUrl}/` : undefined
    const own = entriesOf(options('paths'), base ?? folder)
    if (base !== undefined) return { patterns: [...own, ['*', [`${base}*`]]] }
    if (own.length > 0) return { patterns: own }
    // Vite's templates refer to the configuration that has the paths.
    const references = [data('references')].flat().map((it) => field(it)('path'))
    const extended = [...references, data('extends')]
      .flat()
      .filter((it): it is string => typeof it === 'string' && it.startsWith('.'))
      .slice(-MOST_EXTENDED)
      .flatMap((it) => ENDINGS.flatMap((ending) => read(folder + it + ending) ?? [])[0] ?? [])
    files.unshift(...extended.reverse())
  }
  return NONE
}

const folderOf = ({ path }: SourceFile): string => path.slice(0, path.lastIndexOf('/') + 1)

const field =
  (data: unknown) =>
  (key: string): unknown =>
    typeof data === 'object' && data !== null && Object.hasOwn(data, key)
      ? (data as Record<string, unknown>)[key]
      : undefined

function entriesOf(data: unknown, base: string): [pattern: string, targets: string[]][] {
  if (typeof data !== 'object' || data === null) return []
  return Object.entries(data).map(([pattern, targets]) => [
    pattern,
    stringsIn(targets).map((it) => base + it),
  ])
}

/** Conditions within conditions. */
const DEEPEST = 8

/** A target, a list of them, or one for each condition. */
function stringsIn(targets: unknown, depth = 0): string[] {
  if (typeof targets === 'string') return [targets]
  if (typeof targets !== 'object' || targets === null || depth > DEEPEST) return []
  return Object.values(targets).flatMap((it) => stringsIn(it, depth + 1))
}

const library = lazily<typeof import('jsonc-parser')>('jsonc-parser')
const parse = (text: string): unknown => library().parse(text, [], { allowTrailingComma: true })
