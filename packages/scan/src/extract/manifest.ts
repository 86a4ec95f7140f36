import type { Mapped } from '../text/mapped.js'
import { at, type Tree, textAt } from '../text/tree.js'

/** The manifests of a document: a `List` of Kubernetes holds several. */
export function manifestsIn(tree: Tree): readonly Tree[] {
  const items = textAt(tree, 'kind') === 'List' ? at(tree, 'items') : undefined
  return items?.kind === 'list' ? items.items : [tree]
}

/** How the strings of a manifest are read: the `data` of a Secret is base64. */
export const readingOf = (
  tree: Tree,
): { placed: boolean; read?: (value: Mapped, path: readonly string[]) => Mapped } =>
  textAt(tree, 'kind') === 'Secret' ? { placed: false, read: secretData } : { placed: true }

function secretData(value: Mapped, path: readonly string[]): Mapped {
  if (path[0] !== 'data' || path.length !== 2) return value
  const text = value.text.replace(/\s/g, '')
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return value
  return {
    text: Buffer.from(text, 'base64').toString('utf8').trimEnd(),
    at: value.at,
    segments: [],
  }
}
