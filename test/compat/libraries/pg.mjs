import pg from 'pg'
export async function query({ ssl, ...account }) {
  const pool = new pg.Pool({ ...account, ssl })
  pool.on('error', () => {})
  try {
    return (await pool.query('select 1 as v')).rows
  } finally {
    await pool.end()
  }
}
