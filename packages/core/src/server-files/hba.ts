import { ALL_BITS, type HbaAddress, parseIp, prefixMask, WIDTH } from './hba-address.js'
import { readHbaOptions } from './hba-options.js'
import { type HbaField, type HbaToken, tokenizeHba } from './hba-tokens.js'

/** First word of an entry: the kind of connection it is about. */
export const HBA_TYPES = [
  'local',
  'host',
  'hostssl',
  'hostnossl',
  'hostgssenc',
  'hostnogssenc',
] as const
export type HbaType = (typeof HBA_TYPES)[number]

/** Authentication methods of PostgreSQL 14 to 18. */
export const HBA_METHODS = [
  'trust',
  'reject',
  'scram-sha-256',
  'md5',
  'password',
  'gss',
  'sspi',
  'ident',
  'peer',
  'ldap',
  'radius',
  'cert',
  'pam',
  'bsd',
  'oauth',
] as const
export type HbaMethod = (typeof HBA_METHODS)[number]

/** One database or role of an entry. `file` is `@file`: its names stand in a file of their own. */
export interface HbaName {
  readonly kind:
    | 'all'
    | 'sameuser'
    | 'samerole'
    | 'replication'
    | 'name'
    | 'role'
    | 'regex'
    | 'file'
  /** As written, without quotes, `+`, `@` or the slash of a regular expression. */
  readonly value: string
}

export interface HbaEntry {
  /** The file, where there is more than one (`pg_hba_file_rules.file_name`). */
  readonly file?: string
  /** From 1; 0 where it is not known. */
  readonly line: number
  readonly type: HbaType
  readonly databases: readonly HbaName[]
  readonly users: readonly HbaName[]
  /** Absent for `local`. */
  readonly address?: HbaAddress
  readonly method: HbaMethod
  /** Options by name; values that may be secrets read `(set)`. */
  readonly options: Readonly<Record<string, string>>
}

/** An entry that the server would refuse; it then refuses the whole file. Holds no text of the file. */
export interface HbaError {
  readonly line: number
  readonly reason: string
}

/** `include`, `include_if_exists` and `include_dir`: entries of other files stand in its place. */
export interface HbaInclude {
  readonly line: number
  readonly directive: 'include' | 'include_if_exists' | 'include_dir'
  readonly path: string
}

export interface HbaFile {
  readonly entries: readonly HbaEntry[]
  readonly includes: readonly HbaInclude[]
  readonly errors: readonly HbaError[]
}

export interface HbaDialect {
  /** Major version, 14 to 18. Includes and regular expressions came with 16. @default 18 */
  readonly version?: number
}

/**
 * Reads pg_hba.conf as PostgreSQL 14 to 18 does. Includes are reported, not followed: this is pure.
 *
 * @see https://www.postgresql.org/docs/current/auth-pg-hba-conf.html
 * @example
 * import { parseHba } from '@verify-full/core/offline'
 *
 * export const { entries, errors } = parseHba('host all all 0.0.0.0/0 md5')
 * // entries[0].line is 1, entries[0].method is 'md5'
 */
export function parseHba(text: string, { version = 18 }: HbaDialect = {}): HbaFile {
  const entries: HbaEntry[] = []
  const includes: HbaInclude[] = []
  const errors: HbaError[] = []
  for (const { line, fields } of tokenizeHba(text)) {
    const include = version >= 16 ? includeOf(fields) : undefined
    if (include) {
      includes.push({ line, ...include })
      continue
    }
    try {
      entries.push({ line, ...entryFrom(fields, version) })
    } catch (error) {
      if (!(error instanceof HbaLineError)) throw error
      errors.push({ line, reason: error.message })
    }
  }
  return { entries, includes, errors }
}

/** Never leaves this folder: {@link HbaError} is what the reader gets. */
export class HbaLineError extends Error {}
const wrong = (reason: string): never => {
  throw new HbaLineError(reason)
}

function includeOf(fields: readonly HbaField[]): Omit<HbaInclude, 'line'> | undefined {
  const [directive, path] = [fields[0]?.[0]?.text, fields[1]?.[0]?.text]
  if (fields.length !== 2 || directive === undefined || path === undefined) return undefined
  const known = (['include', 'include_if_exists', 'include_dir'] as const).find(
    (name) => name === directive,
  )
  return known && { directive: known, path }
}

/** Reads the fields of an entry. @throws HbaLineError where the server would refuse them. */
export function entryFrom(fields: readonly HbaField[], version: number): Omit<HbaEntry, 'line'> {
  const queue = [...fields]
  const list = (what: string): HbaField => queue.shift() ?? wrong(`the line ends before ${what}`)
  const one = (what: string): HbaToken => {
    const [token, more] = list(what)
    return token && !more ? token : wrong(`more than one value for ${what}`)
  }
  const type = oneOf(HBA_TYPES, one('the connection type').text, 'connection type')
  const databases = list('the database').map((token) => nameOf(token, DATABASE_WORDS, version))
  const users = list('the user').map((token) => nameOf(token, USER_WORDS, version))
  const address =
    type === 'local' ? undefined : addressOf(one('the address'), () => one('the mask'))
  const method = methodOf(one('the authentication method').text, type, version)
  const tokens = queue.flatMap((field) => field.map(({ text }) => text))
  const { options, error } = readHbaOptions(tokens, type, method, version)
  if (error) wrong(error)
  return { type, databases, users, ...(address ? { address } : {}), method, options }
}

function oneOf<T extends string>(known: readonly T[], written: string, what: string): T {
  return known.find((name) => name === written) ?? wrong(`invalid ${what}`)
}

const DATABASE_WORDS: Readonly<Record<string, HbaName['kind']>> = {
  all: 'all',
  sameuser: 'sameuser',
  samerole: 'samerole',
  samegroup: 'samerole',
  replication: 'replication',
}
const USER_WORDS: Readonly<Record<string, HbaName['kind']>> = { all: 'all' }

function nameOf(
  { text, quoted }: HbaToken,
  words: Readonly<Record<string, HbaName['kind']>>,
  version: number,
): HbaName {
  // A regular expression may stand in quotes, which protect its commas.
  if (version >= 16 && text.startsWith('/')) return { kind: 'regex', value: text.slice(1) }
  if (quoted) return { kind: 'name', value: text }
  if (text.startsWith('@') && text.length > 1) return { kind: 'file', value: text.slice(1) }
  if (words === USER_WORDS && text.startsWith('+')) return { kind: 'role', value: text.slice(1) }
  return { kind: Object.hasOwn(words, text) ? (words[text] ?? 'name') : 'name', value: text }
}

function methodOf(written: string, type: HbaType, version: number): HbaMethod {
  const method = oneOf(HBA_METHODS, written, 'authentication method')
  if (method === 'oauth' && version < 18) wrong('invalid authentication method')
  // As the server does: ident over a socket is peer.
  if (method === 'ident' && type === 'local') return 'peer'
  if (method === 'peer' && type !== 'local') wrong('peer is only for local entries')
  if (method === 'gss' && type === 'local') wrong('gss is not for local entries')
  if (method === 'cert' && type !== 'hostssl') wrong('cert is only for hostssl entries')
  return method
}

const ADDRESS_WORDS = ['all', 'samehost', 'samenet'] as const

function addressOf({ text, quoted }: HbaToken, mask: () => HbaToken): HbaAddress {
  const word = quoted ? undefined : ADDRESS_WORDS.find((name) => name === text)
  if (word) return { kind: word }
  const slash = text.indexOf('/')
  const ip = parseIp(slash < 0 ? text : text.slice(0, slash))
  if (!ip)
    return slash < 0 ? { kind: 'name', name: text } : wrong('a host name with a prefix length')
  const { family, value } = ip
  if (slash >= 0) {
    const written = text.slice(slash + 1)
    const bits = /^\s*[+-]?\d+$/.test(written) ? Number(written) : -1
    if (bits < 0 || bits > WIDTH[family]) wrong('invalid prefix length in the address')
    return { kind: 'range', family, base: value, mask: prefixMask(family, bits) }
  }
  const given = parseIp(mask().text) ?? wrong('invalid mask')
  if (given.family !== family) wrong('address and mask are not of the same family')
  return { kind: 'range', family, base: value, mask: given.value & ALL_BITS[family] }
}
