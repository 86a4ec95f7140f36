import 'pg'
import pg from 'pg-8.16'
export async function query(account) {
  const client = new pg.Client(account)
  client.on('error', () => {})
  try {
    await client.connect()
    return (await client.query('select 1 as v')).rows
  } finally {
    await client.end().catch(() => {})
  }
}
