import { Pool } from 'pg'
import { options } from '@example/config'
export const a = new Pool({ connectionString: process.env.DATABASE_URL })
export const b = new Pool({ host: 'db.example.com', ssl: JSON.parse(process.env.DB_TLS!) })
export const c = new Pool(options)
export const d = new Pool({ ...options, max: 2 })
export const e = new Pool()
export const f = (url: string) => new Pool({ connectionString: url })
export const g = new Pool({ connectionString: `postgres://db.example.com/app?sslmode=${process.env.DB_SSLMODE}` })
