import pgPromise from 'pg-promise'
const pgp = pgPromise({ capSQL: true })
export const db = pgp('postgres://app@db.example.com/app?sslmode=require')
export const other = pgp({ host: 'db.example.com', ssl: { rejectUnauthorized: false } })
