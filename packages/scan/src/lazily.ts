import { createRequire } from 'node:module'

/**
 * A CommonJS package that is loaded when it is first needed. By `require`: before importing one Node looks
 * through its text for the names that it exports, which takes longer than to run it. One that is an ES module
 * cannot be loaded so by each Node version that is supported.
 */
export function lazily<Package>(name: string): () => Package {
  let loaded: Package | undefined
  return () => {
    loaded ??= createRequire(import.meta.url)(name) as Package
    return loaded
  }
}
