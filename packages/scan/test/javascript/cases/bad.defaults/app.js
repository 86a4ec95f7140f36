const pg = require('pg')
pg.defaults.ssl = { rejectUnauthorized: false }
const pool = new pg.Pool()
