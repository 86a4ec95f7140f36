import { guardedSql, sqlOf } from './postgres.mjs'

export const name = 'Drizzle, postgres.js'
export const packages = ['drizzle-orm']

export const open = async (config, load) => connect(await sqlOf(config, load), load)

export const inject = async (config, load) => connect(await guardedSql(config, load), load)

async function connect(client, load) {
  const { drizzle } = await load('drizzle-orm/postgres-js')
  const db = drizzle({ client })
  const on = (executor) => async (text) => [...(await executor.execute(text))]
  return {
    query: on(db),
    transaction: (work) => db.transaction((tx) => work(on(tx))),
    close: () => client.end({ timeout: 1 }),
  }
}
