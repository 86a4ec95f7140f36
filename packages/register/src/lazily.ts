/**
 * What only a process with a driver needs, and most have none: loaded with the first driver, or with the first
 * connection that is refused. By `require`, since that is where drivers are loaded; it is the copy that an import
 * gives as well.
 */
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const require = createRequire(import.meta.url)

export const core = () => require('@verify-full/core') as typeof import('@verify-full/core')
export const guardsOfPg = () =>
  require('@verify-full/pg/ambient') as typeof import('@verify-full/pg/ambient')
export const guardsOfPostgres = () => require(POSTGRES) as typeof import('@verify-full/postgres')

/** For a module that can import the guard of postgres.js. */
export const urlOfPostgres = (): string => pathToFileURL(require.resolve(POSTGRES)).href

const POSTGRES = '@verify-full/postgres'
