import { createPool } from 'slonik'
export const a = await createPool('postgres://app@db.example.com/app?sslmode=no-verify')
export const b = await createPool(process.env.DATABASE_URL!, { ssl: { rejectUnauthorized: false } })
export const c = await createPool('postgres://app@db.example.com/app?sslmode=verify-full')
