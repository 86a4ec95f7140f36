import type { Declaration, Range, SourceFile } from '../model.js'
import { type Mapped, slice } from '../text/mapped.js'
import { relevantParts } from '../text/relevant.js'
import { DEEPEST, type Tree, textAt } from '../text/tree.js'
import { declareOptions } from './options.js'
import { declarePairs, type Pair } from './pairs.js'

/** What makes a format's strings more than strings. */
export interface TreeOptions {
  /** Whether the strings under a key are commands of a shell (`run`, `script`, `command`). */
  isCommand(key: string): boolean
  command(value: Mapped): readonly Declaration[]
  /**
   * Whether the place of a map or list is all of it and its text what readers get: then one whose text says
   * nothing about PostgreSQL is passed over.
   */
  readonly placed: boolean
  /** What a string is for its reader: Kubernetes decodes base64. */
  read?(value: Mapped, path: readonly string[]): Mapped
}

const PLAIN: TreeOptions = { placed: false, isCommand: () => false, command: () => [] }

/** Everything that a document declares: maps of variables, lists of `{name, value}`, options, commands. */
export function declareTree(
  root: Tree,
  file: SourceFile,
  options: TreeOptions = PLAIN,
): Declaration[] {
  const found: Declaration[] = []
  const read = options.read ?? ((value: Mapped) => value)
  const relevant = options.placed ? relevantParts(file.text) : () => true
  const visit = (tree: Tree, path: readonly string[]): void => {
    if (path.length > DEEPEST) return
    // One more on either side: quotes are no part of a value's place.
    if (tree.kind !== 'scalar' && !relevant(tree.at.offset - 1, endOf(tree.at) + 1)) return
    const key = path.at(-1) ?? ''
    if (tree.kind === 'scalar') {
      if (options.isCommand(key)) found.push(...options.command(tree.value))
      return
    }
    if (tree.kind === 'list') {
      const listed = tree.items.flatMap((item): Pair[] => named(item) ?? assigned(item, file))
      found.push(...declarePairs(options.isCommand(key) ? [] : listed, file))
      const argv = options.isCommand(key)
      for (const item of tree.items)
        if (argv || item.kind !== 'scalar') visit(item, argv ? path : [...path, ''])
      return
    }
    const declared = declareOptions(tree, file)
    if (declared) found.push(declared)
    const pairs = tree.entries.flatMap(({ key, value }): Pair[] =>
      value.kind === 'scalar' &&
      !options.isCommand(key) &&
      !isNamed(tree) &&
      !(declared && COVERED.test(key))
        ? [{ key, value: read(value.value, [...path, key]) }]
        : [],
    )
    found.push(...declarePairs(pairs, file, [], key))
    for (const { key, value } of tree.entries) {
      if (value.kind !== 'scalar' || options.isCommand(key)) visit(value, [...path, key])
    }
  }
  visit(root, [])
  return found
}

const endOf = ({ offset, length }: Range): number => offset + length

/** What a declaration by options already covers. */
const COVERED = /^(?:connectionString|ur[il]|ssl_?mode)$/i

/** An element of a list of variables: `{ name: PGSSLMODE, value: prefer }`. */
function named(tree: Tree): Pair[] | undefined {
  if (!isNamed(tree) || tree.kind !== 'map') return undefined
  const value = tree.entries.find((entry) => entry.key === 'value')?.value
  const key = textAt(tree, 'name') ?? textAt(tree, 'key') ?? ''
  return value?.kind === 'scalar' ? [{ key, value: value.value }] : []
}

const isNamed = (tree: Tree): boolean =>
  (textAt(tree, 'name') ?? textAt(tree, 'key')) !== undefined && textAt(tree, 'value') !== undefined

/** A string of a list; `KEY=value` is a variable (compose), anything else a value without a name. */
function assigned(tree: Tree, file: SourceFile): Pair[] {
  if (tree.kind !== 'scalar') return []
  const match = /^([A-Za-z_]\w*)=/.exec(tree.value.text)
  if (!match?.[1]) return [{ key: '', value: tree.value }]
  return [
    { key: match[1], value: slice(tree.value, match[0].length, tree.value.text.length, file) },
  ]
}
