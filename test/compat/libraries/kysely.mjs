import { guardedPool, poolOf } from './pg.mjs'

export const name = 'Kysely'
export const packages = ['kysely']

export const open = async (config, load) => connect(await poolOf(config, load), load)

export const inject = async (config, load) => connect(await guardedPool(config, load), load)

export async function connect(pool, load, copy = 'kysely') {
  const { Kysely, PostgresDialect, sql } = await load(copy)
  // docs/kysely.md: a connection that is lost during a query ends the process otherwise, guarded or not.
  pool.on('connect', (client) => client.on('error', () => {}))
  const db = new Kysely({ dialect: new PostgresDialect({ pool }) })
  const on = (executor) => async (text) => (await sql.raw(text).execute(executor)).rows
  return {
    query: on(db),
    transaction: (work) => db.transaction().execute((trx) => work(on(trx))),
    close: () => db.destroy(),
  }
}
