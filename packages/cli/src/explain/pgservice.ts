import { join } from 'node:path'
import type { Env } from '@verify-full/core'
import type { ServiceFile, ServiceFiles } from '@verify-full/core/offline'

/** The text of a file; undefined where there is none. */
export type ReadText = (path: string) => string | undefined

/**
 * Where libpq looks a service up: PGSERVICEFILE or the file of the home folder, then PGSYSCONFDIR. Which folder
 * is compiled into it in place of PGSYSCONFDIR is its own to know.
 *
 * @see https://www.postgresql.org/docs/current/libpq-pgservice.html
 */
export function serviceFiles(env: Env, read: ReadText): ServiceFiles {
  const { PGSERVICEFILE, PGSYSCONFDIR, HOME, APPDATA } = env
  const home = process.platform === 'win32' ? APPDATA && join(APPDATA, 'postgresql') : HOME
  const own =
    PGSERVICEFILE !== undefined
      ? [named(PGSERVICEFILE, read(PGSERVICEFILE))]
      : home
        ? existing('~/.pg_service.conf', read(join(home, '.pg_service.conf')))
        : []
  const system = PGSYSCONFDIR === undefined ? undefined : join(PGSYSCONFDIR, 'pg_service.conf')
  return {
    files: [...own, ...(system === undefined ? [] : existing(system, read(system)))],
    complete: system !== undefined,
  }
}

/** A file that is named has to be there; the others may be missing. */
const named = (file: string, text: string | undefined): ServiceFile =>
  text === undefined ? { file } : { file, text }

const existing = (file: string, text: string | undefined): ServiceFile[] =>
  text === undefined ? [] : [{ file, text }]
