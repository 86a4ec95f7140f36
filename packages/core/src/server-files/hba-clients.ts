import type { HbaEntry, HbaName } from './hba.js'
import { formatHbaAddress } from './hba-address.js'
import type { HbaOpening } from './hba-evaluate.js'
import { type ClientBox, type NameSet, REPLICATION } from './hba-sets.js'

/** An entry without its options, which may hold secrets: `host all all 10.0.0.0/8 md5`. */
export function formatHbaEntry(entry: HbaEntry): string {
  const { type, databases, users, address, method } = entry
  const words = [type, names(databases), names(users)]
  if (address) words.push(formatHbaAddress(address))
  return [...words, method].join(' ')
}

const names = (list: readonly HbaName[]): string =>
  list.map(({ kind, value }) => (MARKS[kind] ?? '') + (value || kind)).join(',')
const MARKS: Partial<Record<HbaName['kind'], string>> = { role: '+', regex: '/', file: '@' }

/** More ranges or names than this are counted instead of listed. */
const MOST_LISTED = 4

/** Who an opening is open to, in words. */
export function describeClients({ certain, clients, entry }: HbaOpening): string {
  const [first] = clients
  if (!first) return 'nobody'
  const users = all(clients.map((box) => box.users)) ?? 'some users'
  const databases =
    all(
      clients.map((box) => box.databases),
      DATABASES,
    ) ?? 'some databases'
  const doubt = certain ? '' : `, as far as only the server knows (${DOUBT})`
  return `${users} to ${databases} from ${from(clients, entry)}${doubt}`
}

const DOUBT = 'roles, patterns, host names or files'
const USERS = { any: 'any user', one: 'user' } as const
const DATABASES = { any: 'any database', one: 'database' } as const

/** The common description of sets, undefined where they differ. */
function all(
  sets: readonly NameSet[],
  words: { readonly any: string; readonly one: string } = USERS,
): string | undefined {
  const texts = new Set(sets.map((set) => describeNames(set, words)))
  return texts.size === 1 ? [...texts][0] : undefined
}

function describeNames(
  { only, names: set }: NameSet,
  { any, one }: { readonly any: string; readonly one: string },
): string {
  const replication = set.has(REPLICATION)
  const rest = listed([...set].filter((name) => name !== REPLICATION))
  if (only) {
    if (rest === '') return 'replication'
    return `${one} ${rest}${replication ? ' and replication' : ''}`
  }
  const exceptions = rest === '' ? '' : ` but ${rest}`
  return `${any}${exceptions}`
}

const listed = (items: readonly string[]): string =>
  items.length > MOST_LISTED
    ? `${items.slice(0, MOST_LISTED).join(', ')} and ${items.length - MOST_LISTED} more`
    : items.join(', ')

function from(clients: readonly ClientBox[], { address }: HbaEntry): string {
  if (!address) return 'the socket'
  if (address.kind !== 'range' && address.kind !== 'all') return formatHbaAddress(address)
  const ranges = new Set(clients.map((box) => formatHbaAddress(box.addresses)))
  if (ranges.has('0.0.0.0/0') && ranges.has('::/0')) return 'any address'
  return listed([...ranges])
}
