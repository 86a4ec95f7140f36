import { createRequire } from 'node:module'

/**
 * A package that is loaded when it is first needed. By `require`: before importing a CommonJS package Node
 * looks through its text for the names that it exports, which takes longer than to run it.
 */
export function lazily<Package>(name: string): () => Package {
  let loaded: Package | undefined
  return () => {
    loaded ??= createRequire(import.meta.url)(name) as Package
    return loaded
  }
}
