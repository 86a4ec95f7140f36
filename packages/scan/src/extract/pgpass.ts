import type { Extractor } from '../model.js'
import { directFinding } from '../rules.js'

/**
 * .pgpass: only its permissions are looked at, never its lines.
 *
 * @see https://www.postgresql.org/docs/current/libpq-pgpass.html
 */
export const pgpass: Extractor = {
  name: '.pgpass',
  always: true,
  files: /(?:^|\/)(?:\.pgpass|pgpass\.conf)$/,
  extract(file) {
    const { mode } = file
    if (mode === undefined || (mode & 0o077) === 0) return { declarations: [] }
    const octal = `0${(mode & 0o777).toString(8)}`
    return {
      declarations: [],
      findings: [directFinding('passfile-permissions', file.range(0, 0), octal)],
    }
  },
}
