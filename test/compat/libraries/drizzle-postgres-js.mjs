import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
export async function query(account) {
  const sql = postgres({ ...account, max: 1, fetch_types: false })
  try {
    return [...(await drizzle(sql).execute('select 1 as v'))]
  } finally {
    await sql.end({ timeout: 1 })
  }
}
