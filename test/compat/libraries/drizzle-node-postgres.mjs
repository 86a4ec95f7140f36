import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
export async function query(account) {
  const pool = new pg.Pool(account)
  try {
    return (await drizzle(pool).execute('select 1 as v')).rows
  } finally {
    await pool.end()
  }
}
