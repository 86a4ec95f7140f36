import { ConnInfoError } from '../errors.js'
import type { Origin } from '../model.js'

/**
 * One keyword and its value, in the order of the text. May hold a user name or a password: settings
 * never leave the parsers, a plan is what the rest of the project sees.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
 * @example
 * import type { Setting } from './setting.js'
 *
 * export const setting: Setting = {
 *   key: 'sslmode',
 *   value: 'verify-full',
 *   origin: { via: 'uri', key: 'sslmode' },
 * }
 */
export interface Setting {
  /** One of libpq's keywords; `requiressl` and `ssl=true` are already `sslmode`. */
  readonly key: string
  readonly value: string
  /** `origin.key` is the keyword as written: `requiressl`. */
  readonly origin: Origin
}

/** The PostgreSQL majors whose libpq is known. */
export type LibpqVersion = 14 | 15 | 16 | 17 | 18

/** The libpq that reads a string where nobody says which. */
export const LATEST_LIBPQ: LibpqVersion = 18

/** Refuses the text. `reason` is a constant sentence: it never holds text of the string. */
export function refuse(reason: string, position: number): never {
  throw new ConnInfoError(reason, position)
}

/** C strings end at NUL, so what follows one would be silently dropped. */
export function refuseNul(text: string): void {
  const position = text.indexOf('\0')
  if (position >= 0) refuse('it holds a NUL character', position)
}

/** C's isspace in the C locale, which is all that libpq skips. */
export const isSpace = (character: string | undefined): boolean =>
  character !== undefined && /^[ \t\n\v\f\r]$/.test(character)
