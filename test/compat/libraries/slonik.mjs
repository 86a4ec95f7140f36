export const name = 'Slonik'
export const packages = ['slonik']
/** It uses Promise.withResolvers. */
export const notOn = ['Node 20']
/** Why there is no `inject`. */
export const notInjectable = 'its driver makes its own clients'

export const open = (config, load) => connect(config, load)

export async function connect(config, load, copy = 'slonik') {
  const { host, port, user, password, database, ssl, connectTimeoutMillis = 15_000 } = config
  const { createPool, sql } = await load(copy)
  const account = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`
  const url = config.url ?? `postgres://${account}@${host}:${port}/${database}`
  const pool = await createPool(url, {
    connectionRetryLimit: 0,
    connectionTimeout: connectTimeoutMillis,
    maximumPoolSize: 5,
    ...(ssl === undefined ? {} : { ssl }),
  })
  // Texts that are no template are what it does not take.
  const on = (executor) => (text) => executor.any({ ...sql.unsafe``, sql: text })
  return {
    query: on(pool),
    transaction: (work) => pool.transaction((tx) => work(on(tx))),
    close: () => pool.end(),
  }
}
