process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = 0
const { Pool } = require('pg')
new Pool({ connectionString: process.env.DATABASE_URL, ssl: !!process.env.DATABASE_URL.match(/amazonaws/) && { rejectUnauthorized: false } })
