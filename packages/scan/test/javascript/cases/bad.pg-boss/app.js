const PgBoss = require('pg-boss')
new PgBoss({ host: 'db.example.com', ssl: { rejectUnauthorized: false } })
