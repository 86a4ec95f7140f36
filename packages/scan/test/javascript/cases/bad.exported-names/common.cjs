const pg = require('pg')
exports.Common = pg.Pool
