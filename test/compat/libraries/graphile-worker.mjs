import { guardedPool, poolOf } from './pg.mjs'

export const name = 'graphile-worker'
export const packages = ['graphile-worker']
export const stateful = true

export const open = (config, load, dsn) => opened(config, load, dsn)

export const inject = (config, load) => injected(guardedPool(config, load), load)

/** Its own pool is made from a string, which says what the options of the others say. */
export const opened = (config, load, dsn, copy) =>
  dsn ? connect({ connectionString: dsn }, load, copy) : injected(poolOf(config, load), load, copy)

export async function injected(pool, load, copy) {
  const pgPool = await pool
  try {
    const database = await connect({ pgPool }, load, copy)
    return { ...database, close: () => database.close().then(() => pgPool.end()) }
  } catch (error) {
    await pgPool.end()
    throw error
  }
}

export async function connect(options, load, copy = 'graphile-worker') {
  const { Logger, makeWorkerUtils } = await load(copy)
  const logger = new Logger(() => () => {})
  const utils = await makeWorkerUtils({ maxPoolSize: 5, logger, ...options })
  const on = (client) => async (sql) => (await client.query(sql)).rows
  return {
    query: (sql) => utils.withPgClient((client) => on(client)(sql)),
    transaction: (work) =>
      utils.withPgClient(async (client) => {
        await client.query('begin')
        const result = await work(on(client))
        await client.query('commit')
        return result
      }),
    close: async () => utils.release(),
  }
}
