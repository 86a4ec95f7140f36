const knex = require('knex')({ client: 'pg', connection: { host: 'db.example.com', sslmode: 'verify-full' } })
const { knex: create } = require('knex')
module.exports = [knex, create({ client: 'cockroachdb', connection: 'cockroachdb://db.example.com/app?sslmode=verify-full' })]
