import { Pool } from 'pg'
const base = { host: 'db.example.com', ssl: { rejectUnauthorized: false } }
export const a = new Pool({ ...base, max: 3 })
export const b = new Pool(Object.assign({}, base, { max: 3 }))
export const c = new Pool({ host: 'db.example.com', ...(process.env.TLS ? { ssl: true } : {}) })
export const d = new Pool({ host: 'db.example.com', ssl: { ...base.ssl, ca: read() } })
function read() { return process.env.CA }
