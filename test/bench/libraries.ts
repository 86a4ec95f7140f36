/** One connection of each library, raw and guarded, opened as far as the library opens it by itself. */
import { guard as guardKnex } from '@verify-full/knex'
import { guard, type PolicyOptions } from '@verify-full/pg'
import { guard as guardPostgres } from '@verify-full/postgres'
import { guard as guardTypeOrm } from '@verify-full/typeorm'
import knex, { type Knex } from 'knex'
import pg from 'pg'
import postgres from 'postgres'
import { DataSource, type DataSourceOptions } from 'typeorm'
import type { Link } from './round-trips.js'

export interface Open extends Link {
  /** `select 1` */
  query(): Promise<unknown>
}

/** An account with TLS settings, in pg's words. */
export interface Account {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  readonly ssl: { readonly ca: string }
}

export interface Library {
  readonly name: string
  raw(account: Account): Promise<Open>
  guarded(account: Account): Promise<Open>
}

export async function pgClient(config: pg.ClientConfig, policy?: PolicyOptions): Promise<Open> {
  const client = policy ? guard(new pg.Client(config), policy) : new pg.Client(config)
  await client.connect()
  return { query: () => client.query('select 1'), close: () => client.end() }
}

const knexConfig = (connection: Account): Knex.Config => ({
  client: 'pg',
  connection: { ...connection },
  pool: { min: 0, max: 1 },
})

async function openKnex(config: Knex.Config): Promise<Open> {
  const db = knex(config)
  return { query: () => db.raw('select 1'), close: () => db.destroy() }
}

const typeOrmOptions = ({ user, ...account }: Account): DataSourceOptions => ({
  type: 'postgres',
  username: user,
  poolSize: 1,
  ...account,
})

async function openTypeOrm(options: DataSourceOptions): Promise<Open> {
  const dataSource = new DataSource(options)
  await dataSource.initialize()
  return { query: () => dataSource.query('select 1'), close: () => dataSource.destroy() }
}

/** postgres.js alone would verify the name localhost. */
const withAddress = (account: Account): Account => ({
  ...account,
  ssl: Object.assign({ host: account.host }, account.ssl),
})

async function openPostgres(connect: typeof postgres, account: Account): Promise<Open> {
  const sql = connect({ ...account, max: 1, fetch_types: false })
  return { query: () => sql`select 1`, close: () => sql.end({ timeout: 1 }) }
}

export const libraries: readonly Library[] = [
  {
    name: 'postgres',
    raw: (account) => openPostgres(postgres, withAddress(account)),
    guarded: (account) => openPostgres(guardPostgres(postgres), account),
  },
  {
    name: 'pg',
    raw: (account) => pgClient(account),
    guarded: (account) => pgClient(account, {}),
  },
  {
    name: 'knex',
    raw: (account) => openKnex(knexConfig(account)),
    guarded: (account) => openKnex(guardKnex(knexConfig(account))),
  },
  {
    name: 'typeorm',
    raw: (account) => openTypeOrm(typeOrmOptions(account)),
    guarded: (account) => openTypeOrm(guardTypeOrm(typeOrmOptions(account))),
  },
]
