const common = require('./common.cjs')
const settings = require('./settings.json')
const compiled_1 = require('./compiled.cjs')

const host = 'db.example.com'
new common.Common({ host, ssl: { rejectUnauthorized: false } })
new common.Own({ host, ssl: { rejectUnauthorized: false } })
new common.Late({ host, ssl: { rejectUnauthorized: false } })
new compiled_1.Made({ host, ssl: { rejectUnauthorized: false } })
new (require('./common.cjs').Common)({ host, ssl: { rejectUnauthorized: false } })
new compiled_1.Store({ host, ssl: { rejectUnauthorized: false } })
new (require('pg').Pool)(settings.database)
module.exports = 'pg'
