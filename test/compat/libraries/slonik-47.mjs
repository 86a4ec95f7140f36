import { createPool, sql } from 'slonik-47'
export async function query({ host, port, user, password, database, ssl }) {
  const dsn = `postgres://${user}:${password}@${host}:${port}/${database}?sslmode=${ssl ? 'require' : 'disable'}`
  const pool = await createPool(dsn, {
    connectionRetryLimit: 0,
    ...(ssl ? { ssl, clientConfiguration: { ssl } } : {}),
  })
  try {
    return await pool.any(sql.unsafe`select 1 as v`)
  } finally {
    await pool.end()
  }
}
