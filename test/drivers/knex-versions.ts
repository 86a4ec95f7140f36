import { createRequire } from 'node:module'
import type { Knex } from 'knex'

export interface KnexVersionUnderTest {
  readonly name: string
  readonly knex: (config: Knex.Config | string) => Knex
}

const ALIASES = ['knex-2.5', 'knex-3.1'] as const

/**
 * The installed Knex and, with VERIFY_FULL_MATRIX=1, the copies of test/matrix. A copy that is not
 * installed throws: a version that should be compared is never skipped.
 */
export function knexVersions(): readonly KnexVersionUnderTest[] {
  const installed = createRequire(import.meta.url)
  const matrix = createRequire(new URL('../matrix/package.json', import.meta.url))
  const versions = [{ name: 'knex', knex: installed('knex') as KnexVersionUnderTest['knex'] }]
  if (process.env.VERIFY_FULL_MATRIX !== '1') return versions
  return [
    ...versions,
    ...ALIASES.map((name) => ({ name, knex: matrix(name) as KnexVersionUnderTest['knex'] })),
  ]
}
