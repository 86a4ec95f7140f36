import { Kysely, PostgresDialect, sql } from 'kysely-0.28'
import pg from 'pg'
export async function query(account) {
  const db = new Kysely({ dialect: new PostgresDialect({ pool: new pg.Pool(account) }) })
  try {
    return (await sql`select 1 as v`.execute(db)).rows
  } finally {
    await db.destroy()
  }
}
