import type { Range } from '../model.js'
import type { Mapped } from './mapped.js'

/** What every structured format (YAML, JSON, TOML, HCL) is read into: its values keep their places. */
export type Tree =
  | { readonly kind: 'map'; readonly entries: readonly TreeEntry[]; readonly at: Range }
  | { readonly kind: 'list'; readonly items: readonly Tree[]; readonly at: Range }
  | {
      readonly kind: 'scalar'
      readonly value: Mapped
      /** As the format types it: `true` is a boolean, `"true"` a string. */
      readonly data: string | number | boolean | null
    }

export interface TreeEntry {
  readonly key: string
  readonly value: Tree
  /** What to delete to remove the entry. */
  readonly removal?: Range
}

/** The value at a path of keys. */
export function at(tree: Tree | undefined, ...path: readonly string[]): Tree | undefined {
  let here = tree
  for (const key of path) {
    here = here?.kind === 'map' ? here.entries.find((entry) => entry.key === key)?.value : undefined
  }
  return here
}

/** The text of a scalar at a path of keys. */
export function textAt(tree: Tree | undefined, ...path: readonly string[]): string | undefined {
  const found = at(tree, ...path)
  return found?.kind === 'scalar' ? found.value.text : undefined
}

/** How deep a document is looked into: deeper ones are made to exhaust the stack. */
export const DEEPEST = 200
