/** What each library keeps of the adapter contract, and what the contract has to know of it. */
import type { DriverName } from '@verify-full/core'
import type { Adapter } from '../contract/adapter.js'
import { GROUPS, type Group } from '../contract.js'
import type { Mode } from './applications.js'

export const MODES: readonly Mode[] = ['open', 'inject']

interface Kept
  extends Readonly<Partial<Record<Mode, readonly Group[]>>>,
    Pick<Adapter, 'probes' | 'dialsOnce' | 'silence'> {
  /** In reports; pg where it does not say. */
  readonly drivers?: Readonly<Partial<Record<Mode, DriverName>>>
  /** Of Node; 20 where it does not say. */
  readonly line?: string
  /** What of it keeps the contract, each for itself. */
  readonly parts?: readonly string[]
}

const keeps = (groups: readonly Group[]) => ({ open: groups, inject: groups })
const without = (...left: Group[]) => GROUPS.filter((group) => !left.includes(group))

const WHOLE = keeps(GROUPS)
const POSTGRES = { drivers: { open: 'postgres', inject: 'postgres' } } as const
/** Those that read a string in a way of their own. */
const OPTIONS = keeps(without('strings'))
/** Those that run statements of their own only, or no transaction of the application's. */
const QUEUE = keeps(without('sessions', 'pools'))
/** It says `ssl: false` to pg. Its pool tells nobody of those that wait that what they wait for was refused. */
const SLONIK: Kept = { open: without('strings', 'pools'), silence: 'plaintext-allowed' }

/** By file of libraries/. */
export const KEPT: Readonly<Record<string, Kept>> = {
  'connect-pg-simple': keeps(without('strings', 'sessions', 'pools')),
  'drizzle-node-postgres': WHOLE,
  'drizzle-postgres-js': { ...WHOLE, ...POSTGRES },
  'graphile-worker': WHOLE,
  'graphile-worker-0.17': WHOLE,
  // A root.crt that is not there is an error of Knex's own parser.
  knex: { open: OPTIONS.open, inject: GROUPS, drivers: { inject: 'knex' } },
  kysely: WHOLE,
  'kysely-0.28': WHOLE,
  'mikro-orm': OPTIONS,
  pg: WHOLE,
  // Before anything else it asks for the server's version, and goes on without an answer.
  'pg-boss': { ...QUEUE, dialsOnce: false },
  'pg-boss-10': QUEUE,
  'pg-promise': WHOLE,
  'pg-two-copies': { ...WHOLE, parts: ['pg', 'pg-8.16'] },
  postgres: { ...WHOLE, ...POSTGRES },
  'prisma-adapter-pg': WHOLE,
  // Its first connection is for the version; its pool dials for more callers than wait.
  sequelize: { ...OPTIONS, probes: 1, dialsOnce: false },
  slonik: { ...SLONIK, line: 'Node 24' },
  'slonik-47': SLONIK,
  typeorm: { ...WHOLE, drivers: { inject: 'typeorm' } },
}

/** As the page says it. */
export function formatKept(id: string, mode: Mode): string {
  const groups = KEPT[id]?.[mode]
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
