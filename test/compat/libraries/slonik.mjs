export const name = 'Slonik'
export const packages = ['slonik']
/** It uses Promise.withResolvers. */
export const notOn = ['Node 20']
/** Why there is no `inject`. */
export const notInjectable = 'its driver makes its own clients'

export const open = (config, load) => connect(config, load)

export async function connect(
  { host, port, user, password, database, ssl },
  load,
  copy = 'slonik',
) {
  const { createPool, sql } = await load(copy)
  const account = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`
  const pool = await createPool(`postgres://${account}@${host}:${port}/${database}`, {
    connectionRetryLimit: 0,
    ...(ssl ? { ssl } : {}),
  })
  return {
    query: () => pool.any(sql.unsafe`select 'compat' as v`),
    close: () => pool.end(),
  }
}
