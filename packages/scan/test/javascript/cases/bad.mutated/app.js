import { Pool } from 'pg'
const config = { host: 'db.example.com' }
if (process.env.NODE_ENV === 'production') config.ssl = { rejectUnauthorized: false }
export const pool = new Pool(config)
let late
late = { host: 'db.example.com', ssl: false }
export const other = new Pool(late)
