import type { PgStatSsl } from '../model.js'

/** Everything is qualified, the operator included: no search_path can put another view in between. */
export const QUESTION: string =
  'select s.ssl, s.version, s.cipher, s.bits, pg_catalog.pg_backend_pid() ' +
  'from pg_catalog.pg_stat_ssl s ' +
  'where s.pid operator(pg_catalog.=) pg_catalog.pg_backend_pid()'

/** The answer's only row, as text fields of a DataRow. */
export function readAnswer(
  row: readonly (string | null)[] | undefined,
  processID: number | null,
): PgStatSsl | null {
  if (!row) return null
  const [ssl, version = null, cipher = null, bits = null, pid] = row.map((field) =>
    field === null ? null : String(field),
  )
  return {
    ssl: ssl === 't',
    version,
    cipher,
    bits: bits === null ? null : Number(bits),
    sameBackend: Number(pid) === processID,
  }
}
