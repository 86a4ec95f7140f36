import { Pool } from 'pg'
export const pool = new Pool({ connectionString: process.env.DATABASE_URL })
export const other = new Pool({ connectionString: `postgres://db.example.com/app?sslmode=${process.env.DB_SSL}` })
