import { formatReports } from './format.js'
import type { Report } from './report.js'
import type { Violation } from './rules.js'

/** Every stable `code` of an error of this project. Misuse is a plain `TypeError`. */
export const ERROR_CODES = [
  'ERR_VERIFY_FULL_POLICY',
  'ERR_VERIFY_FULL_SESSION',
  'ERR_VERIFY_FULL_CONNINFO',
  'ERR_VERIFY_FULL_ROOT_CERT',
] as const
export type ErrorCode = (typeof ERROR_CODES)[number]

/**
 * A connection or configuration below the policy. `message` lists every violation with what was
 * expected, what was found, where it came from and the fix; it never holds a secret. What holds several
 * connections (a knexfile, `replication`) is refused once, for all of those below the policy: `reports`.
 *
 * @example
 * import { PolicyError } from '@verify-full/core'
 *
 * export function isRefusal(error: unknown): boolean {
 *   return error instanceof PolicyError && error.violations.some((v) => v.rule === 'sslmode-missing')
 * }
 */
export class PolicyError extends Error {
  override readonly name = 'PolicyError'
  /** `_POLICY`: a configuration; `_SESSION`: a connection; `_ROOT_CERT`: only root.crt is at fault. */
  readonly code: ErrorCode
  /** Of all reports, most specific first in each; at least one. */
  readonly violations: readonly Violation[]
  /** The first of `reports`. Not enumerable, like these: a log would say everything three times. */
  declare readonly report: Report
  /** One for each connection refused, by name where there are several; mostly one. */
  declare readonly reports: readonly [Report, ...Report[]]

  constructor(
    code: ErrorCode,
    reports: Report | readonly [Report, ...Report[]],
    options?: { cause?: unknown },
  ) {
    const all = 'violations' in reports ? ([reports] as const) : reports
    super(formatReports(all), options)
    this.code = code
    Object.defineProperties(this, { report: { value: all[0] }, reports: { value: all } })
    this.violations = all.length === 1 ? all[0].violations : all.flatMap((it) => it.violations)
  }
}

/**
 * A connection string that libpq would refuse. Never quotes the string.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING
 */
export class ConnInfoError extends Error {
  override readonly name = 'ConnInfoError'
  readonly code: ErrorCode = 'ERR_VERIFY_FULL_CONNINFO'
  /** Offset into the string where reading stopped, from 0. */
  readonly position: number
  /** Why, without any text of the string. */
  readonly reason: string

  constructor(reason: string, position: number) {
    super(`The connection string cannot be read: ${reason} (at character ${position + 1}).`)
    this.reason = reason
    this.position = position
  }
}

/** Root certificates or revocation lists that cannot be used; names the file and the PEM block. */
export class RootCertError extends Error {
  override readonly name = 'RootCertError'
  readonly code: ErrorCode = 'ERR_VERIFY_FULL_ROOT_CERT'
  readonly reason: string

  constructor(source: string, reason: string, options?: { cause?: unknown }) {
    super(`${source}: ${reason}`, options)
    this.reason = reason
  }
}
