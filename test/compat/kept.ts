/** What each library keeps of the adapter contract, and what the contract has to know of it. */
import type { Adapter } from '../contract/adapter.js'
import { GROUPS, type Group } from '../contract.js'
import type { Mode } from './applications.js'

export const MODES: readonly Mode[] = ['open', 'inject']

/** Where it is not like pg. */
type Traits = Partial<
  Pick<Adapter, 'driver' | 'probes' | 'dialsOnce' | 'silence' | 'readsRootCert'>
>

type ByMode<T> = Readonly<Partial<Record<Mode, T>>>

interface Kept {
  readonly groups: ByMode<readonly Group[]>
  readonly traits?: ByMode<Traits>
  /** Of Node; 20 where it does not say. */
  readonly line?: string
  /** What of it keeps the contract, each for itself. */
  readonly parts?: readonly string[]
}

const both = <T>(it: T) => ({ open: it, inject: it })
const without = (...left: Group[]) => GROUPS.filter((group) => !left.includes(group))

const WHOLE: Kept = { groups: both(GROUPS) }
const POSTGRES: Kept = { ...WHOLE, traits: both({ driver: 'postgres' }) }
/** Those that read a string in a way of their own. */
const OPTIONS: Kept = { groups: both(without('strings')) }
/** It runs an application's statements, but no transaction. */
const BOSS: Kept = { groups: both(without('sessions', 'pools')) }
/** It says `ssl: false` to pg. Its pool tells nobody of those that wait that what they wait for was refused. */
const SLONIK: Kept = {
  groups: { open: without('strings', 'pools') },
  traits: { open: { silence: 'plaintext-allowed' } },
}

/** By file of libraries/. */
export const KEPT: Readonly<Record<string, Kept>> = {
  // It runs statements of its own only.
  'connect-pg-simple': { groups: both(without('strings', 'sessions', 'pools')) },
  'drizzle-node-postgres': WHOLE,
  'drizzle-postgres-js': POSTGRES,
  'graphile-worker': WHOLE,
  'graphile-worker-0.17': WHOLE,
  knex: { ...WHOLE, traits: { open: { readsRootCert: true }, inject: { driver: 'knex' } } },
  kysely: WHOLE,
  'kysely-0.28': WHOLE,
  'mikro-orm': OPTIONS,
  pg: WHOLE,
  // Before anything else it asks for the server's version, and goes on without an answer.
  'pg-boss': { ...BOSS, traits: both({ dialsOnce: false }) },
  'pg-boss-10': BOSS,
  'pg-promise': WHOLE,
  'pg-two-copies': { ...WHOLE, parts: ['pg', 'pg-8.16'] },
  postgres: POSTGRES,
  'prisma-adapter-pg': WHOLE,
  // Its first connection is for the version; its pool dials for more callers than wait.
  sequelize: { ...OPTIONS, traits: both({ probes: 1, dialsOnce: false }) },
  slonik: { ...SLONIK, line: 'Node 24' },
  'slonik-47': SLONIK,
  typeorm: { ...WHOLE, traits: { inject: { driver: 'typeorm' } } },
}

/** As the page says it. */
export function formatKept(id: string, mode: Mode): string {
  const groups = KEPT[id]?.groups[mode]
  if (!groups) return '-'
  return groups === GROUPS ? 'whole' : groups.map((group) => WORDS[group]).join(', ')
}

const WORDS: Readonly<Record<Group, string>> = {
  configurations: 'configurations',
  strings: 'strings',
  sessions: 'sessions',
  refusals: 'refusals',
  pools: 'pools',
  wire: 'hostile servers',
  exits: 'exit',
}
