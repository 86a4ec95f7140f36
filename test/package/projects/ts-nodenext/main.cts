import verifyFull = require('@verify-full/pg')
import pg = require('pg')

export const pool: pg.Pool = verifyFull.guard(new pg.Pool({ host: 'db.example.com' }))
