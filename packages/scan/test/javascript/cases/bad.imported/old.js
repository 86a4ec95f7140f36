const { Pool } = require('pg')
const { database } = require('./old-config')
module.exports = new Pool(database)
