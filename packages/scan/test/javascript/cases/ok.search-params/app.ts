import { Pool } from 'pg'
const url = new URL('postgres://db.example.com/app')
url.searchParams.set('sslmode', 'verify-full')
export const p = new Pool({ connectionString: url.toString() })
export const q = new Pool({ connectionString: url.href })
