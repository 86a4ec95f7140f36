import type { PoolConfig } from 'pg'
import type * as pg from 'pg'
export const a: PoolConfig = { max: 3, ssl: { rejectUnauthorized: false } }
export const b = { ssl: false, host: 'db.example.com' } satisfies pg.ClientConfig
