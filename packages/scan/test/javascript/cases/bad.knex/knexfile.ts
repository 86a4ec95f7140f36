import type { Knex } from 'knex'
const config: Record<string, Knex.Config> = {
  development: { client: 'sqlite3', connection: { filename: 'dev.db' } },
  staging: { client: 'pg', connection: 'postgres://app@db.example.com/app?sslmode=require' },
  production: {
    client: 'postgresql',
    connection: { host: 'db.example.com', ssl: { rejectUnauthorized: false } },
    pool: { min: 2 },
  },
}
export default config
