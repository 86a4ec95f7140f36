import { guardedPool, optionsOf } from './pg.mjs'

export const name = 'Drizzle, node-postgres'
export const packages = ['drizzle-orm']

export const open = (config, load) => connect({ connection: optionsOf(config) }, load)

export const inject = async (config, load) =>
  connect({ client: await guardedPool(config, load) }, load)

async function connect(options, load) {
  const { drizzle } = await load('drizzle-orm/node-postgres')
  const db = drizzle(options)
  db.$client.on('error', () => {})
  const on = (executor) => async (text) => (await executor.execute(text)).rows
  return {
    query: on(db),
    transaction: (work) => db.transaction((tx) => work(on(tx))),
    close: () => db.$client.end(),
  }
}
