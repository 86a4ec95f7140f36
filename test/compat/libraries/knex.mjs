import knex from 'knex'
export async function query(connection) {
  const db = knex({ client: 'pg', connection, log: { warn() {}, error() {} } })
  try {
    return (await db.raw('select 1 as v')).rows
  } finally {
    await db.destroy()
  }
}
