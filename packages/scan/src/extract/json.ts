import { declareCommand } from '../declare/command.js'
import { declareTree } from '../declare/tree.js'
import type { Extractor } from '../model.js'
import { jsonTree } from '../text/json-tree.js'
import { manifestsIn, readingOf } from './manifest.js'

/** JSON and JSONC: ormconfig.json, Sequelize's config.json, ECS task definitions, appsettings. */
export const json: Extractor = {
  name: 'json',
  files: /\.(?:json|jsonc|code-workspace)$/i,
  extract(file) {
    const { tree, incomplete } = jsonTree(file)
    const declarations = (tree ? manifestsIn(tree) : []).flatMap((it) =>
      declareTree(it, file, {
        isCommand: (key) => /^(?:command|entryPoint|args)$/.test(key),
        command: (value) => declareCommand(value, file),
        ...readingOf(it),
      }),
    )
    return { declarations, ...(incomplete === undefined ? {} : { incomplete }) }
  },
}
