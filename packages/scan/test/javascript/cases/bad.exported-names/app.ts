import { $pool, 'any name' as Any, Client, everything, Pool$, Renamed, Second } from './barrel'
import { Common } from './common.cjs'
import { poolOf } from './commented'
import Another, { Pool } from './own'

const host = 'db.example.com'
export const pools = [
  new Second({ host, ssl: { rejectUnauthorized: false } }),
  new Client({ host, ssl: { rejectUnauthorized: false } }),
  new Renamed({ host, ssl: { rejectUnauthorized: false } }),
  new everything.Pool({ host, ssl: { rejectUnauthorized: false } }),
  new Pool$({ host, ssl: { rejectUnauthorized: false } }),
  new Common({ host, ssl: { rejectUnauthorized: false } }),
  new Pool({ host, ssl: { rejectUnauthorized: false } }),
  new Another({ host, ssl: { rejectUnauthorized: false } }),
]
export const more = [
  new $pool({ host, ssl: { rejectUnauthorized: false } }),
  new Any({ host, ssl: { rejectUnauthorized: false } }),
]
export const tenant = new (poolOf())({ host, ssl: { rejectUnauthorized: false } })
export type Known = 'pg'
