import { declareTree } from '../declare/tree.js'
import type { Extractor } from '../model.js'
import { tomlTree } from '../text/toml-tree.js'

/** TOML: fly.toml, wrangler.toml, sqlx and diesel settings, pyproject.toml. */
export const toml: Extractor = {
  name: 'toml',
  files: /\.toml$/,
  extract(file) {
    const { tree, incomplete } = tomlTree(file)
    const declarations = tree ? declareTree(tree, file) : []
    return { declarations, ...(incomplete === undefined ? {} : { incomplete }) }
  },
}
