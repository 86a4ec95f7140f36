import { createRequire } from 'node:module'

/** The version of this package; `../package.json` is the same from src and from dist. */
export const VERSION: string = (
  createRequire(import.meta.url)('../package.json') as { version: string }
).version
