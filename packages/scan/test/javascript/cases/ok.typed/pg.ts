import type { PoolConfig } from 'pg'
import type { PoolConfig as Other } from './other.js'
export const a: PoolConfig = { max: 3 }
export const b: PoolConfig = { host: 'db.example.com' }
export const c: Other = { ssl: false }
