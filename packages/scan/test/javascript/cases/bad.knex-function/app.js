const Knex = require('knex')
const knex = Knex({ client: 'pg', useNullAsDefault: true, connection: async () => ({ host: 'db.example.com', ssl: { rejectUnauthorized: false } }) })
