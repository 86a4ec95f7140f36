/** An application as they are: it means to use TLS, and sends its password to whoever answers. */
import pg from 'pg'

const connectionString = process.env.DATABASE_URL?.split('?')[0]
// verify-full-ignore-next-line plaintext-allowed certificate-not-verified -- what this example is about
const ssl = process.env.SSL === 'off' ? false : { rejectUnauthorized: false }
const pool = new pg.Pool({ connectionString, ssl })
pool.on('error', () => {})
try {
  await pool.query('select now()')
} catch (error) {
  // What many do where the server has no TLS.
  if (!/does not support SSL/.test(String(error))) throw error
  const plaintext = new pg.Pool({ connectionString })
  await plaintext.query('select now()').finally(() => plaintext.end())
} finally {
  await pool.end()
}
