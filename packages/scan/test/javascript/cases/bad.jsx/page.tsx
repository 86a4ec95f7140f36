import { Pool } from 'pg'
const pool = new Pool({ host: 'db.example.com', ssl: false })
export const Page = () => <p title={`a ${1}`}>{String(pool)}</p>
