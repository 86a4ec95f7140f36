import { guardedPool, poolOf } from './pg.mjs'

export const name = 'Drizzle, node-postgres'
export const packages = ['drizzle-orm']

export const open = async (config, load) => connect(await poolOf(config, load), load)

export const inject = async (config, load) => connect(await guardedPool(config, load), load)

async function connect(client, load) {
  const { drizzle } = await load('drizzle-orm/node-postgres')
  const db = drizzle({ client })
  const on = (executor) => async (text) => (await executor.execute(text)).rows
  return {
    query: on(db),
    transaction: (work) => db.transaction((tx) => work(on(tx))),
    close: () => client.end(),
  }
}
