import * as pg from 'pg'
import driver from 'pg'
export const a = new pg.Pool({ host: 'db.example.com', ssl: false })
export const b = new driver.Client({ host: 'db.example.com', ssl: false })
const { Pool: P } = driver
export const c = new P({ host: 'db.example.com', ssl: false })
export const d = new pg.default.Pool({ host: 'db.example.com', ssl: false })
