/** Which cases of the adapter contract each library keeps under register alone. */
import type { Group } from '../contract.js'

const WHOLE: readonly Group[] = ['configurations', 'sessions', 'pools', 'wire', 'exits']
/** Of those that are not given strings here. */
const OPTIONS_ONLY: readonly Group[] = ['sessions', 'pools', 'wire']
const WITH_STRINGS: readonly Group[] = ['configurations', ...OPTIONS_ONLY]

/** By file of libraries/. */
export const KEPT: Readonly<Record<string, readonly Group[]>> = {
  pg: WHOLE,
  postgres: WHOLE,
  // A root.crt that is not there is an error of Knex's own parser.
  knex: OPTIONS_ONLY,
  typeorm: WITH_STRINGS,
  // 30 callers are refused 32 times, told its server's version or not: its pool dials for more than wait.
  sequelize: ['sessions', 'wire'],
  kysely: WITH_STRINGS,
  'drizzle-node-postgres': OPTIONS_ONLY,
  'drizzle-postgres-js': OPTIONS_ONLY,
  'pg-promise': OPTIONS_ONLY,
  'mikro-orm': ['wire'],
  'prisma-adapter-pg': ['wire'],
}

/** As the page says it. */
export function formatKept(id: string): string {
  const groups = KEPT[id]
  if (!groups) return '-'
  return groups === WHOLE ? 'whole' : groups.map((group) => WORDS[group]).join(', ')
}

const WORDS: Readonly<Record<Group, string>> = {
  configurations: 'configurations',
  sessions: 'sessions',
  pools: 'pools',
  wire: 'hostile servers',
  exits: 'exit',
}
