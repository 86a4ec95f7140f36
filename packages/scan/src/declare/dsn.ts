import type { Declaration, SettingPlace, SourceFile } from '../model.js'
import { STAND_IN } from '../model.js'
import { type Mapped, place } from '../text/mapped.js'
import { isOnlyVariables, variablesIn, withStandIns } from '../text/variables.js'
import { addToDsn } from './addition.js'

/** libpq's keywords that a keyword/value string in the wild is made of. */
const KEYWORD =
  /(?:host|hostaddr|port|dbname|user|password|passfile|sslmode|sslrootcert|sslcert|sslkey|sslcrl|sslnegotiation|ssl_min_protocol_version|channel_binding|require_auth|connect_timeout|application_name|options|target_session_attrs|service|client_encoding|gssencmode|keepalives|keepalives_idle|sslpassword|replication)/
const START = new RegExp(`(?<![\\w.-])${KEYWORD.source}\\s?=`, 'g')
const PAIR = new RegExp(
  `(${KEYWORD.source})(\\s?=\\s?)('(?:[^'\\\\]|\\\\.)*'|(?:[^\\s'"\`;,)]|,(?=[\\w.[/:-]))*)`,
  'y',
)

interface Pair {
  readonly key: string
  readonly value: string
  readonly valueAt: number
  readonly quoted: boolean
}

/** Where keyword/value connection strings stand in a text: a host beside a dbname, user or sslmode. */
export function* findDsns(text: string): Generator<{ start: number; end: number }> {
  START.lastIndex = 0
  for (let match = START.exec(text); match; match = START.exec(text)) {
    // PHP's PDO hands libpq what stands behind `pgsql:`, with semicolons in between.
    const separator = text.startsWith('pgsql:', match.index - 6) ? /[;\s]/ : /\s/
    const { pairs, end } = readPairs(text, match.index, separator)
    const has = (...keys: string[]) => pairs.some(({ key }) => keys.includes(key))
    if (has('host', 'hostaddr') && has('dbname', 'sslmode') && pairs.length >= 2)
      yield { start: match.index, end }
    START.lastIndex = Math.max(end, match.index + match[0].length)
  }
}

function readPairs(text: string, from: number, separator: RegExp): { pairs: Pair[]; end: number } {
  const pairs: Pair[] = []
  let [at, end] = [from, from]
  for (;;) {
    PAIR.lastIndex = at
    const match = PAIR.exec(text)
    if (!match) return { pairs, end }
    const [whole, key = '', equals = '', raw = ''] = match
    const quoted = raw.startsWith("'")
    const valueAt = at + key.length + equals.length + (quoted ? 1 : 0)
    const value = quoted ? raw.slice(1, -1) : raw
    pairs.push({ key, value, valueAt, quoted })
    end = at + whole.length
    at = end
    while (at < text.length && separator.test(text[at] ?? '')) at++
    if (at === end) return { pairs, end }
  }
}

/** A keyword/value string as a declaration for libpq and what imitates it (pgx, lib/pq, psycopg). */
export function declareDsn(value: Mapped, file: SourceFile, isAll = false): Declaration {
  const { pairs } = readPairs(value.text, value.text.search(/\S/), /[;\s]/)
  const settings = new Map<string, SettingPlace>()
  const undetermined: string[] = []
  const secrets = []
  const words: string[] = []
  for (const { key, value: written, valueAt } of pairs) {
    const exact = place(value, valueAt, written.length, file)
    settings.set(key, { value: exact ?? value.at, replaceable: exact !== undefined })
    if (/^(?:user|password|sslpassword|passfile)$/.test(key)) {
      secrets.push(exact ?? value.at)
      continue
    }
    const open = variablesIn(written).filter(({ fallback }) => fallback === undefined)
    if (key === 'sslmode' && open.length > 0) undetermined.push(...open.map(({ name }) => name))
    else if (key === 'port' && isOnlyVariables(written)) continue
    else words.push(`${key}='${withStandIns(written)}'`)
  }
  if (!pairs.some(({ key }) => key.startsWith('host'))) words.push(`host=${STAND_IN}`)
  const addition = addToDsn(value, file, isAll)
  return {
    readers: ['libpq'],
    config: words.join(' '),
    env: {},
    at: value.at,
    settings,
    undetermined,
    ...(addition ? { addition } : {}),
    secrets,
  }
}
