/** One connection of each library, raw and guarded, opened as far as its first query could go out. */
import { guard, type PolicyOptions } from '@verify-full/pg'
import pg from 'pg'
import type { Link } from './round-trips.js'

export interface Open extends Link {
  /** `select 1` */
  query(): Promise<unknown>
}

export interface Library {
  readonly name: string
  raw(config: pg.ClientConfig): Promise<Open>
  guarded(config: pg.ClientConfig): Promise<Open>
}

export async function pgClient(config: pg.ClientConfig, policy?: PolicyOptions): Promise<Open> {
  const client = policy ? guard(new pg.Client(config), policy) : new pg.Client(config)
  await client.connect()
  return { query: () => client.query('select 1'), close: () => client.end() }
}

export const libraries: readonly Library[] = [
  { name: 'pg', raw: (config) => pgClient(config), guarded: (config) => pgClient(config, {}) },
]
