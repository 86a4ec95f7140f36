import pgPromise from 'pg-promise'
export async function query(account) {
  const pgp = pgPromise({ noWarnings: true })
  const db = pgp(account)
  try {
    return await db.any('select 1 as v')
  } finally {
    await db.$pool.end()
  }
}
