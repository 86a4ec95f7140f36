import { Pool, Client } from 'pg'
export const a = new Pool({ host: 'db.example.com', ssl: { rejectUnauthorized: false } })
export const b = new Pool({ host: 'db.example.com', ssl: false })
export const c = new Client({ host: 'db.example.com', user: 'app', password: 'hunter2' })
export const d = new Pool({ host: 'db.example.com', ssl: { ca: process.env.CA, checkServerIdentity: () => undefined } })
export const e = new Pool({ host: 'db.example.com', sslmode: 'verify-full' } as object)
