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
  // Its connections that ask for the server's version are more than `pools` counts.
  sequelize: ['sessions', 'wire'],
  // With `pools` its process has ended beside a busy machine's other suites, for a reason not found yet.
  kysely: ['configurations', 'sessions', 'wire'],
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
