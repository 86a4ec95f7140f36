import { guardedPool } from './pg.mjs'

export const name = 'graphile-worker'
export const packages = ['graphile-worker']
export const stateful = true

/** Its own pool is made from a string, which says what the options of the others say. */
export const open = (_config, load, dsn) => connect({ connectionString: dsn }, load)

export const inject = (config, load) => guarded(config, load)

export async function guarded(config, load, copy) {
  const pgPool = await guardedPool(config, load)
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
  const utils = await makeWorkerUtils({ ...options, logger: new Logger(() => () => {}) })
  return {
    query: (sql) => utils.withPgClient(async (client) => (await client.query(sql)).rows),
    close: async () => utils.release(),
  }
}
