/**
 * What only a process with a driver needs, and most have none: loaded with the first driver, or with the first
 * connection that is refused. By `require`, since that is where drivers are loaded; it is the copy that an import
 * gives as well.
 */
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import type { Policy } from '@verify-full/core/start'

const require = createRequire(import.meta.url)
const PG = '@verify-full/pg/ambient'
const POSTGRES = '@verify-full/postgres'

export const core = () => require('@verify-full/core') as typeof import('@verify-full/core')
/** Core first: a module whose `require` failed over what it imports is lost to Node before version 22. */
export function guardsOfPg(): typeof import('@verify-full/pg/ambient') {
  core()
  return require(PG)
}
export function guardsOfPostgres(): typeof import('@verify-full/postgres') {
  core()
  return require(POSTGRES)
}

/**
 * A policy, as the guards' own copy of core knows it. A loader that makes CommonJS of modules (tsx) gives
 * `require` another copy than register has imported.
 */
export const policyOfGuards = (policy: Policy): Policy => core().definePolicy(policy)

const urlOf = (name: string): string => pathToFileURL(require.resolve(name)).href
/** For a module that can import the guard of postgres.js. */
export const urlOfPostgres = (): string => urlOf(POSTGRES)
/** Where `require` has failed: the entry point under another name, for it may be lost; what it exports is not. */
export const importGuardsOfPg = () =>
  import(`${urlOf(PG)}?imported`) as Promise<typeof import('@verify-full/pg/ambient')>
