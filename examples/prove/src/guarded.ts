/** The same application, guarded: it sends nothing to a server that is not the database. */
import { guard } from '@verify-full/pg'
import pg from 'pg'

const pool = guard(new pg.Pool({ connectionString: process.env.DATABASE_URL }))
try {
  await pool.query('select now()')
} finally {
  await pool.end()
}
