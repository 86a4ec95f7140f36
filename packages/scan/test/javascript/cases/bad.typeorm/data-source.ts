import { DataSource } from 'typeorm'
import { User } from './user.js'
export const one = new DataSource({ type: 'postgres', host: 'db.example.com', ssl: { rejectUnauthorized: false }, entities: [User] })
export const two = new DataSource({
  type: 'postgres',
  ssl: { ca: process.env.CA },
  replication: {
    master: { host: 'db.example.com', ssl: { ca: process.env.CA } },
    slaves: [{ host: 'replica.example.com' }],
  },
})
export const three = new DataSource({ type: 'postgres', url: process.env.DATABASE_URL, extra: { ssl: { rejectUnauthorized: false } } })
