import type { HbaEntry, HbaMethod, HbaName, HbaType } from './hba.js'
import { ALL_BITS, type HbaAddress, type HbaRange, parseIp } from './hba-address.js'
import {
  type ClientBox,
  except,
  isEmpty,
  type NameSet,
  only,
  outsideBox,
  overlapBox,
  REPLICATION,
  union,
} from './hba-sets.js'

/** Whose way in is looked for; what is left out stands for everyone. */
export interface HbaQuestion {
  /** How the client talks to the server. @default 'plaintext' */
  readonly transport?: 'plaintext' | 'tls' | 'unix'
  readonly user?: string
  readonly database?: string
  /** The client's numeric address. */
  readonly address?: string
  /** Physical replication, which `all` does not include. */
  readonly replication?: boolean
  /** Only openings by entries of this method. */
  readonly method?: HbaMethod
}

/** Clients that one entry lets in (or has prove who they are): every earlier entry is accounted for. */
export interface HbaOpening {
  readonly entry: HbaEntry
  /**
   * False where it depends on what only the server knows: members of a role, regular expressions, host
   * names, `@file`, `samenet`. The doubt is always in favour of an opening, never against one.
   */
  readonly certain: boolean
  readonly clients: readonly ClientBox[]
}

/** Which entries can be the first to match, by transport. */
const MATCHES: Readonly<Record<'plaintext' | 'tls' | 'unix', readonly HbaType[]>> = {
  plaintext: ['host', 'hostnossl', 'hostnogssenc'],
  tls: ['host', 'hostssl', 'hostnogssenc'],
  unix: ['local'],
}
/** With more boxes than this a file is not cut up further: what is left is reported as an opening. */
const MOST_BOXES = 2000

/**
 * Who could get in, by which entry, in the order of the file: the first entry that matches decides, so an
 * entry behind `hostnossl all all all reject` opens nothing.
 *
 * @example
 * import { evaluateHba, parseHba } from '@verify-full/core/offline'
 *
 * const { entries } = parseHba('hostssl all all all scram-sha-256\nhost all all 10.0.0.0/8 md5')
 * export const openings = evaluateHba(entries) // one: line 2, from 10.0.0.0/8, without TLS
 */
export function evaluateHba(
  entries: readonly HbaEntry[],
  question: HbaQuestion = {},
): HbaOpening[] {
  const types = MATCHES[question.transport ?? 'plaintext']
  const asked = askedFor(question)
  const openings: HbaOpening[] = []
  const decided: ClientBox[] = []
  for (const entry of entries) {
    if (!types.includes(entry.type)) continue
    const reach = reachOf(entry, question)
    if (entry.method !== 'reject' && entry.method === (question.method ?? entry.method)) {
      const all = asked.flatMap((box) =>
        reach.possible.flatMap((possible) => overlapBox(box, possible) ?? []),
      )
      const left = withoutAll(all, decided)
      const certain = reach.certain.length > 0 && left.length <= MOST_BOXES
      if (left.length > 0) openings.push({ entry, certain, clients: left })
    }
    decided.push(...reach.certain)
  }
  return openings
}

/**
 * The entry that decides about one client: the first that matches. `undecided` lists the earlier ones of
 * which only the server knows whether they match.
 */
export function firstMatch(
  entries: readonly HbaEntry[],
  question: HbaQuestion,
): { readonly entry?: HbaEntry; readonly undecided: readonly HbaEntry[] } {
  const types = MATCHES[question.transport ?? 'plaintext']
  const asked = askedFor(question)
  const undecided: HbaEntry[] = []
  for (const entry of entries) {
    if (!types.includes(entry.type)) continue
    const { possible, certain } = reachOf(entry, question)
    const hits = (boxes: readonly ClientBox[]): boolean =>
      asked.some((box) => boxes.some((other) => overlapBox(box, other)))
    if (hits(certain)) return { entry, undecided }
    if (hits(possible)) undecided.push(entry)
  }
  return { undecided }
}

const ANY: readonly HbaRange[] = ([4, 6] as const).map((family) => ({
  kind: 'range',
  family,
  base: 0n,
  mask: 0n,
}))

function askedFor({ user, database, address, replication }: HbaQuestion): ClientBox[] {
  const users = user === undefined ? except() : only(user)
  const databases = replication
    ? only(REPLICATION)
    : database === undefined
      ? replication === false
        ? except(REPLICATION)
        : except()
      : only(database)
  const ip = address === undefined ? undefined : parseIp(address)
  const ranges: readonly HbaRange[] = ip
    ? [{ kind: 'range', family: ip.family, base: ip.value, mask: ALL_BITS[ip.family] }]
    : ANY
  return ranges.map((addresses) => ({ databases, users, addresses }))
}

/** The clients that an entry matches for sure, and those that it may match. */
function reachOf(
  entry: HbaEntry,
  question: HbaQuestion,
): { possible: readonly ClientBox[]; certain: readonly ClientBox[] } {
  const databases = namesOf(entry.databases, question, except(REPLICATION))
  const users = namesOf(entry.users, question, except())
  const addresses = addressesOf(entry.address)
  const boxes = (side: 'possible' | 'certain'): readonly ClientBox[] =>
    isEmpty(databases[side]) || isEmpty(users[side])
      ? []
      : addresses[side].map((range) => ({
          databases: databases[side],
          users: users[side],
          addresses: range,
        }))
  return { possible: boxes('possible'), certain: boxes('certain') }
}

interface Reach<T> {
  readonly possible: T
  readonly certain: T
}

const NOTHING = only()
const sure = (set: NameSet): Reach<NameSet> => ({ possible: set, certain: set })

function namesOf(names: readonly HbaName[], question: HbaQuestion, all: NameSet): Reach<NameSet> {
  const unsure = { possible: all, certain: NOTHING }
  const reach = (name: HbaName): Reach<NameSet> => {
    switch (name.kind) {
      case 'all':
        return sure(all)
      case 'name':
        return sure(only(name.value))
      case 'replication':
        return sure(only(REPLICATION))
      case 'sameuser': {
        const { user, database } = question
        if (user === undefined || database === undefined) return unsure
        return sure(user === database ? only(database) : NOTHING)
      }
      default:
        return unsure
    }
  }
  return names.map(reach).reduce(
    (sum, one) => ({
      possible: union(sum.possible, one.possible),
      certain: union(sum.certain, one.certain),
    }),
    sure(NOTHING),
  )
}

function addressesOf(address: HbaAddress | undefined): Reach<readonly HbaRange[]> {
  if (address === undefined || address.kind === 'all') return { possible: ANY, certain: ANY }
  if (address.kind === 'range') return { possible: [address], certain: [address] }
  return { possible: ANY, certain: [] }
}

function withoutAll(boxes: readonly ClientBox[], decided: readonly ClientBox[]): ClientBox[] {
  let left = [...boxes]
  for (const other of decided) {
    left = left.flatMap((box) => outsideBox(box, other))
    if (left.length > MOST_BOXES) break
  }
  return left
}
