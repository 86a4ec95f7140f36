import { ALL_BITS, type HbaRange } from './hba-address.js'

/** A set of names: these only, or all except these. */
export interface NameSet {
  readonly only: boolean
  readonly names: ReadonlySet<string>
}

/** Clients that a set of addresses, users and databases describes: the product of the three. */
export interface ClientBox {
  readonly databases: NameSet
  readonly users: NameSet
  readonly addresses: HbaRange
}

/** Stands for a physical replication connection among the databases: no database has this name. */
export const REPLICATION = '\0replication'

export const only = (...names: readonly string[]): NameSet => ({
  only: true,
  names: new Set(names),
})
export const except = (...names: readonly string[]): NameSet => ({
  only: false,
  names: new Set(names),
})
export const isEmpty = (set: NameSet): boolean => set.only && set.names.size === 0

const filter = (set: NameSet, keep: (name: string) => boolean): NameSet =>
  only(...[...set.names].filter(keep))
const join = (a: NameSet, b: NameSet): ReadonlySet<string> => new Set([...a.names, ...b.names])

export function intersect(a: NameSet, b: NameSet): NameSet {
  if (a.only) return filter(a, (name) => b.names.has(name) === b.only)
  if (b.only) return filter(b, (name) => !a.names.has(name))
  return { only: false, names: join(a, b) }
}

const complement = (set: NameSet): NameSet => ({ only: !set.only, names: set.names })
export const without = (a: NameSet, b: NameSet): NameSet => intersect(a, complement(b))

export function union(a: NameSet, b: NameSet): NameSet {
  return complement(intersect(complement(a), complement(b)))
}

/** What two ranges have in common, undefined for nothing. */
export function overlap(a: HbaRange, b: HbaRange): HbaRange | undefined {
  if (a.family !== b.family || ((a.base ^ b.base) & a.mask & b.mask) !== 0n) return undefined
  return { ...a, base: (a.base & a.mask) | (b.base & b.mask), mask: a.mask | b.mask }
}

/** The parts of a range outside another: at most one for every bit that the other fixes. */
export function outside(range: HbaRange, other: HbaRange): HbaRange[] {
  if (!overlap(range, other)) return [range]
  const parts: HbaRange[] = []
  let { base, mask } = range
  const free = other.mask & ~range.mask & ALL_BITS[range.family]
  for (let bit = 1n << 127n; bit > 0n; bit >>= 1n) {
    if ((free & bit) === 0n) continue
    parts.push({ ...range, base: (base & ~bit) | (~other.base & bit), mask: mask | bit })
    base = (base & ~bit) | (other.base & bit)
    mask |= bit
  }
  return parts
}

export function overlapBox(a: ClientBox, b: ClientBox): ClientBox | undefined {
  // The cheapest first: most entries are about other addresses.
  const addresses = overlap(a.addresses, b.addresses)
  if (!addresses) return undefined
  const databases = intersect(a.databases, b.databases)
  if (isEmpty(databases)) return undefined
  const users = intersect(a.users, b.users)
  return isEmpty(users) ? undefined : { databases, users, addresses }
}

/** The clients of one box that are not in another. */
export function outsideBox(box: ClientBox, other: ClientBox): ClientBox[] {
  const common = overlapBox(box, other)
  if (!common) return [box]
  const { databases, users } = common
  return [
    { ...box, databases: without(box.databases, other.databases) },
    { ...box, databases, users: without(box.users, other.users) },
    ...outside(box.addresses, other.addresses).map((addresses) => ({
      databases,
      users,
      addresses,
    })),
  ].filter((part) => !isEmpty(part.databases) && !isEmpty(part.users))
}
