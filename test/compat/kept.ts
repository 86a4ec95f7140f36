/** Which cases of the adapter contract each library keeps under register alone. */
import type { Group } from '../contract.js'

const WHOLE: readonly Group[] = ['configurations', 'sessions', 'pools', 'wire', 'exits']
/** Not `configurations`: what a library makes of a string, register sees only as pg is given it. */
const TELLING: readonly Group[] = ['sessions', 'pools', 'wire']

/** By file of libraries/. */
export const KEPT: Readonly<Record<string, readonly Group[]>> = {
  pg: WHOLE,
  postgres: WHOLE,
  knex: TELLING,
  typeorm: TELLING,
  sequelize: TELLING,
  kysely: TELLING,
  'drizzle-node-postgres': TELLING,
  'drizzle-postgres-js': TELLING,
  'pg-promise': TELLING,
  'mikro-orm': ['wire'],
  'prisma-adapter-pg': ['wire'],
}

/** As the page says it. */
export function formatKept(id: string): string {
  const groups = KEPT[id]
  if (!groups) return '-'
  return groups.length === WHOLE.length ? 'whole' : groups.map((group) => WORDS[group]).join(', ')
}

const WORDS: Readonly<Record<Group, string>> = {
  configurations: 'configurations',
  sessions: 'sessions',
  pools: 'pools',
  wire: 'hostile servers',
  exits: 'exit',
}
