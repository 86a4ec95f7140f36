import { drizzle } from 'drizzle-orm/node-postgres'
import { drizzle as drizzleJs } from 'drizzle-orm/postgres-js'
export const a = drizzle('postgres://app@db.example.com/app?sslmode=require')
export const b = drizzle({ connection: { connectionString: process.env.DATABASE_URL, ssl: { rejectUnauthorized: false } } })
export const c = drizzleJs({ connection: { host: 'db.example.com', ssl: 'require' } })
