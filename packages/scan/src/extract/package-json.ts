import { declareCommand } from '../declare/command.js'
import { declareTree } from '../declare/tree.js'
import type { Extractor } from '../model.js'
import { directFinding } from '../rules.js'
import { jsonTree } from '../text/json-tree.js'
import { at } from '../text/tree.js'

/** package.json: its scripts are commands, and pg-native beside typeorm is taken without being asked. */
export const packageJson: Extractor = {
  name: 'package.json',
  always: true,
  files: /(?:^|\/)package\.json$/,
  extract(file) {
    const { tree, incomplete } = jsonTree(file)
    const scripts = at(tree, 'scripts')
    const declarations =
      scripts?.kind === 'map'
        ? scripts.entries.flatMap(({ value }) =>
            value.kind === 'scalar' ? declareCommand(value.value, file) : [],
          )
        : []
    const others = tree?.kind === 'map' ? tree.entries.filter(({ key }) => key !== 'scripts') : []
    for (const { value } of others) declarations.push(...declareTree(value, file))
    const dependencies = ['dependencies', 'optionalDependencies', 'devDependencies'].map((key) =>
      at(tree, key),
    )
    const native = dependencies.map((it) => at(it, 'pg-native')).find(Boolean)
    const typeorm = dependencies.some((it) => at(it, 'typeorm'))
    return {
      declarations,
      ...(typeorm && native?.kind === 'scalar'
        ? { findings: [directFinding('native-driver-installed', native.value.at)] }
        : {}),
      ...(incomplete === undefined ? {} : { incomplete }),
    }
  },
}
