import { createRequire } from 'node:module'

/** As much of a copy of pg as the comparison needs. */
export interface PgModule {
  readonly Client: new (
    config: unknown,
  ) => {
    readonly connectionParameters: Held
    readonly host: unknown
    readonly port: unknown
    readonly ssl: unknown
    readonly sslNegotiation?: unknown
    readonly connection: { readonly ssl?: unknown }
  }
}

/** What pg's ConnectionParameters hold. */
export interface Held {
  readonly host: unknown
  readonly port: unknown
  readonly ssl: unknown
  /** Absent before pg 8.22. */
  readonly sslnegotiation?: unknown
}

export interface PgVersionUnderTest {
  readonly name: string
  readonly pg: PgModule
}

const ALIASES = ['pg-8.11', 'pg-8.16', 'pg-8.20', 'pg-8.23.0'] as const

/**
 * The installed pg and, with VERIFY_FULL_MATRIX=1, the copies of test/matrix. A copy that is not
 * installed throws: a version that should be compared is never skipped.
 */
export function pgVersions(): readonly PgVersionUnderTest[] {
  const installed = createRequire(import.meta.url)
  const matrix = createRequire(new URL('../matrix/package.json', import.meta.url))
  const versions = [{ name: 'pg', pg: installed('pg') as PgModule }]
  if (process.env.VERIFY_FULL_MATRIX !== '1') return versions
  return [...versions, ...ALIASES.map((name) => ({ name, pg: matrix(name) as PgModule }))]
}
