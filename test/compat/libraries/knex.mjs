import { optionsOf, whole } from './pg.mjs'

export const name = 'Knex'
export const packages = ['knex']

const configOf = ({ url, ...target }) => ({
  client: 'pg',
  connection: url ?? optionsOf(target),
  pool: { min: 0, max: 5 },
  acquireConnectionTimeout: 15_000,
  // Knex prints every refusal, with its stack, besides rejecting with it.
  log: { warn() {}, error() {} },
})

const databaseOf = (db) => ({
  query: async (sql) => (await db.raw(sql)).rows,
  transaction: (work) => db.transaction((trx) => work(async (sql) => (await trx.raw(sql)).rows)),
  close: () => db.destroy(),
})

export const open = async (config, load) => databaseOf(whole(await load('knex'))(configOf(config)))

export async function inject(config, load) {
  const { guard } = await load('@verify-full/knex')
  return databaseOf(whole(await load('knex'))(guard(configOf(config))))
}
