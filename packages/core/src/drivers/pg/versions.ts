import type { Verification } from '../../model.js'

/** The major version whose sslmode semantics apply; `pg9` is announced, not released. */
export type PgVersion = 'pg8' | 'pg9'

/** Who parses a connection string: pg's own parser, or the older one that Knex pins. */
export type UrlParser = PgVersion | 'knex'

/** What an sslmode makes of a connection: no TLS, or TLS with this much verification. */
export type SslMeaning = 'off' | Verification

/** One sslmode in a connection string: what it means, and what it means next to `sslrootcert`. */
export interface SslModeRow {
  /** `'throws'`: the parser refuses the string. */
  readonly alone: SslMeaning | 'throws'
  readonly withRootcert: SslMeaning
}

const always = (meaning: SslMeaning): SslModeRow => ({ alone: meaning, withRootcert: meaning })

/** A mode without a row falls through the parser's switch: `ssl: {}`, which verifies in full. */
const FULL: SslModeRow = always('full')

/** `uselibpqcompat=true` (pg-connection-string 2.14.1, index.js, its first switch). */
const LIBPQ_COMPAT: Readonly<Record<string, SslModeRow>> = {
  disable: always('off'),
  prefer: always('none'),
  require: { alone: 'none', withRootcert: 'ca' },
  'verify-ca': { alone: 'throws', withRootcert: 'ca' },
}

const URL_MODES: Readonly<Record<UrlParser, Readonly<Record<string, SslModeRow>>>> = {
  /** pg-connection-string 2.14.1, index.js: prefer, require and verify-ca alias verify-full. */
  pg8: { disable: always('off'), 'no-verify': always('none') },
  /** As its deprecation warning announces: "standard libpq semantics". */
  pg9: {
    ...LIBPQ_COMPAT,
    allow: always('none'),
    'verify-ca': always('ca'),
    'no-verify': always('none'),
  },
  /** pg-connection-string 2.6.2, index.js: no uselibpqcompat. */
  knex: { disable: always('off'), 'no-verify': always('none') },
}

const ENV_MODES: Readonly<Record<PgVersion, Readonly<Record<string, SslMeaning>>>> = {
  /** pg 8.23.1, connection-parameters.js, readSSLConfigFromEnvironment. */
  pg8: {
    disable: 'off',
    prefer: 'full',
    require: 'full',
    'verify-ca': 'full',
    'verify-full': 'full',
    'no-verify': 'none',
  },
  pg9: {
    disable: 'off',
    prefer: 'none',
    require: 'none',
    'verify-ca': 'ca',
    'verify-full': 'full',
    'no-verify': 'none',
  },
}

const row = <T>(table: Readonly<Record<string, T>>, mode: string): T | undefined =>
  Object.hasOwn(table, mode) ? table[mode] : undefined

/**
 * What a connection string's `sslmode` means to pg; every unknown mode verifies in full.
 */
export const urlSslMode = (mode: string, version: UrlParser, libpqCompat: boolean): SslModeRow =>
  row(libpqCompat && version !== 'knex' ? LIBPQ_COMPAT : URL_MODES[version], mode) ?? FULL

/** What PGSSLMODE means to pg; undefined where pg falls back to `defaults.ssl`, which is off. */
export const envSslMode = (mode: string, version: PgVersion): SslMeaning | undefined =>
  row(ENV_MODES[version], mode)

/** Stands for the empty `checkServerIdentity` that pg-connection-string 2.14.1 installs for verify-ca. */
export const acceptAnyName = (): undefined => undefined

/** The `ssl` value that pg makes of a meaning; `whole` is what full verification looks like there. */
export function sslValue(meaning: SslMeaning, whole: true | 'object'): unknown {
  if (meaning === 'off') return false
  if (meaning === 'none') return { rejectUnauthorized: false }
  if (meaning === 'ca') return { checkServerIdentity: acceptAnyName }
  return whole === true ? true : {}
}
