import postgres from 'postgres'
export const a = postgres('postgres://app@db.example.com/app', { ssl: 'require' })
export const b = postgres({ host: 'db.example.com', ssl: { rejectUnauthorized: false } })
export const c = postgres('postgres://app@db.example.com/app?sslmode=prefer')
