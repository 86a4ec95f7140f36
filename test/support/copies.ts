import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

/**
 * The folder of the copy of a library that the version matrix wants tests to use: `VERIFY_FULL_KNEX` and
 * `VERIFY_FULL_TYPEORM` name a dependency of test/matrix, such as `knex-2.5`. Undefined: the installed one.
 *
 * @throws {Error} where that copy is not installed: a version that should be tested is never skipped.
 */
export function copyOf(library: string): string | undefined {
  const alias = process.env[`VERIFY_FULL_${library.toUpperCase()}`]
  if (!alias) return undefined
  const matrix = new URL('../matrix/', import.meta.url)
  // The entry is looked for, not package.json, which typeorm does not export.
  createRequire(new URL('package.json', matrix)).resolve(alias)
  return fileURLToPath(new URL(`node_modules/${alias}`, matrix))
}
