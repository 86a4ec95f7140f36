import { declareCommand } from '../declare/command.js'
import { declareTree } from '../declare/tree.js'
import type { Extractor } from '../model.js'
import { at, type Tree, textAt } from '../text/tree.js'
import { yamlTrees } from '../text/yaml-tree.js'
import { manifestsIn, readingOf } from './manifest.js'

/** Keys whose strings are given to a shell: compose, Kubernetes, GitHub Actions, GitLab CI. */
const COMMAND =
  /^(?:run|script|before_script|after_script|command|args|entrypoint|test|post-?start|pre-?stop)$/i

/** compose files, Kubernetes manifests, Helm values, GitHub Actions, GitLab CI, and any other YAML. */
export const yaml: Extractor = {
  name: 'yaml',
  files: /\.ya?ml(?:\.(?:tpl|example|dist|sample))?$/i,
  extract(file) {
    const { trees, incomplete } = yamlTrees(file)
    const declarations = trees.flatMap(manifestsIn).flatMap((tree) =>
      declareTree(tree, file, {
        isCommand: (key) => COMMAND.test(key),
        command: (value) => declareCommand(value, file),
        ...readingOf(tree),
      }),
    )
    const localHosts = new Set(trees.flatMap(localNames))
    return { declarations, localHosts, ...(incomplete === undefined ? {} : { incomplete }) }
  },
}

/** Hosts that run beside the job or the application: compose and GitHub `services`, GitLab's list. */
function localNames(tree: Tree): string[] {
  const jobs = at(tree, 'jobs')
  const places = [
    tree,
    ...(jobs?.kind === 'map' ? jobs.entries.map(({ value }) => value) : entriesOf(tree)),
  ]
  return places.flatMap((place) => {
    const services = at(place, 'services')
    if (services?.kind === 'map') return services.entries.map(({ key }) => key)
    return services?.kind === 'list' ? services.items.flatMap(gitlabNames) : []
  })
}

const entriesOf = (tree: Tree): Tree[] =>
  tree.kind === 'map' ? tree.entries.map(({ value }) => value) : []

/** GitLab names a service after its image: `postgres:16`, `registry/group/postgres`. */
function gitlabNames(item: Tree): string[] {
  const alias = textAt(item, 'alias')
  const image = item.kind === 'scalar' ? item.value.text : (textAt(item, 'name') ?? '')
  const name = image.replace(/[:@].*$/s, '')
  return [
    ...(alias?.split(/[\s,]+/) ?? []),
    name.replaceAll('/', '__'),
    name.replaceAll('/', '-'),
  ].filter(Boolean)
}
