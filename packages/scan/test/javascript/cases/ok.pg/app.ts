import { readFileSync } from 'node:fs'
import { Pool, Client } from 'pg'
const ca = readFileSync('/etc/ssl/root.crt', 'utf8')
export const a = new Pool({ host: 'db.example.com', ssl: { ca } })
export const b = new Pool({ host: 'db.example.com', ssl: true })
export const c = new Client('postgres://app@db.example.com/app?sslmode=verify-full&sslrootcert=/etc/ssl/root.crt')
export const d = new Pool({ host: process.env.DB_HOST, port: Number(process.env.DB_PORT), password: process.env.DB_PASSWORD, ssl: { ca: process.env.DB_CA, cert: read(), key: read() } })
export const e = new Pool({ host: '/var/run/postgresql' })
const config = { host: 'db.example.com' } as { host: string; ssl?: object }
config.ssl = { ca }
export const f = new Pool(config)
export const g = new Client(`postgres://app:${encodeURIComponent(process.env.PW!)}@${process.env.DB_HOST}/app?sslmode=verify-full`)
declare function read(): string
