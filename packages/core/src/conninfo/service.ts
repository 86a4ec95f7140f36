import type { Origin } from '../model.js'
import { isKeyword } from './keywords.js'
import { LATEST_LIBPQ, type LibpqVersion, refuse, refuseNul, type Setting } from './setting.js'

/** libpq reads lines into 1024 bytes, and refuses those that do not fit with their newline. */
const LONGEST_LINE = 1023

/** The text of a connection service file, and the name to show for it. */
export interface ServiceFile {
  readonly file: string
  /** Absent where it cannot be read, which libpq refuses. */
  readonly text?: string
}

/** The service files that libpq looks into, in its order. */
export interface ServiceFiles {
  readonly files: readonly ServiceFile[]
  /** Whether it looks nowhere else: where it does, a service that is not found is unknown. */
  readonly complete: boolean
}

/**
 * The settings of one service of a `pg_service.conf`, or undefined where the file does not define it.
 * Lines that libpq refuses, nested services and LDAP look-ups are refused with a `ConnInfoError`.
 *
 * @see https://www.postgresql.org/docs/current/libpq-pgservice.html
 * @example
 * import { parseService } from './service.js'
 *
 * const file = { file: 'pg_service.conf', text: '[app]\nhost=db.example.com\nsslmode=verify-full\n' }
 * export const settings = parseService(file, 'app')
 */
export function parseService(
  { file, text }: ServiceFile,
  service: string,
  version: LibpqVersion = LATEST_LIBPQ,
): Setting[] | undefined {
  if (text === undefined) refuse('the service file cannot be read', 0)
  refuseNul(text)
  let settings: Setting[] | undefined
  let position = 0
  for (const [index, raw] of text.split('\n').entries()) {
    const start = position
    position += raw.length + 1
    const bytes = new TextEncoder().encode(raw).length + (position <= text.length ? 1 : 0)
    if (bytes >= LONGEST_LINE) refuse(`line ${index + 1} of the service file is too long`, start)
    const line = trimLine(raw)
    if (line === '' || line.startsWith('#')) continue
    if (line.startsWith('[')) {
      if (settings) return settings
      if (line.startsWith(`[${service}]`)) settings = []
    } else {
      settings?.push(readLine(line, { file, line: index + 1 }, start, version))
    }
  }
  return settings
}

function readLine(
  line: string,
  at: NonNullable<Origin['at']>,
  start: number,
  version: LibpqVersion,
): Setting {
  const problem = (reason: string) => refuse(`line ${at.line} of the service file ${reason}`, start)
  if (line.startsWith('ldap')) problem('looks the service up in LDAP')
  const equals = line.indexOf('=')
  if (equals < 0) problem('has no "="')
  const key = line.slice(0, equals)
  if (key === 'service') problem('names another service')
  if (!isKeyword(key, version)) problem('has a keyword that libpq does not know')
  return { key, value: line.slice(equals + 1), origin: { via: 'service', key, at } }
}

const trimLine = (raw: string): string => {
  let end = raw.length
  while (/[ \t\v\f\r]/.test(raw[end - 1] ?? '')) end--
  return raw.slice(0, end).replace(/^[ \t\v\f\r]+/, '')
}
