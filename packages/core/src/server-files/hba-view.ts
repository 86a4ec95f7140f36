import { entryFrom, type HbaEntry, type HbaError, HbaLineError } from './hba.js'
import type { HbaField } from './hba-tokens.js'

/** One row of `pg_hba_file_rules`, by its column names. */
export type HbaRow = Readonly<Record<string, unknown>>

/**
 * Reads a row of the view `pg_hba_file_rules`, in which the server shows the file as it reads it now (not
 * necessarily as it read it last). The view drops quotes, so a database named "all" cannot be told from the
 * keyword.
 *
 * @see https://www.postgresql.org/docs/current/view-pg-hba-file-rules.html
 */
export function readHbaRow(row: HbaRow, version: number): HbaEntry | HbaError {
  const line = Number(row.line_number ?? 0)
  const file = typeof row.file_name === 'string' ? { file: row.file_name } : {}
  // The server's own text may quote the line, and with it a secret.
  if (row.type === null) return { line, reason: 'the server refuses this line' }
  const field = (...texts: readonly unknown[]): HbaField =>
    texts.map((text) => ({ text: String(text), quoted: false }))
  const optional = (value: unknown): readonly HbaField[] =>
    value === null || value === undefined ? [] : [field(value)]
  const fields = [
    field(row.type),
    field(...list(row.database)),
    field(...list(row.user_name)),
    ...optional(row.address),
    ...optional(row.netmask),
    field(row.auth_method),
    ...list(row.options).map((option) => field(option)),
  ]
  try {
    return { ...file, line, ...entryFrom(fields, version) }
  } catch (error) {
    if (!(error instanceof HbaLineError)) throw error
    return { line, reason: error.message }
  }
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
