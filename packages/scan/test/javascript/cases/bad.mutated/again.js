const { Pool } = require('pg')

let config = { host: 'db.example.com' }
config = { ...config, user: 'app' }
config = { ...config, ssl: { rejectUnauthorized: false } }
exports.pool = new Pool(config)
