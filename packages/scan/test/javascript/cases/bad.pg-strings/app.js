const pg = require('pg')
const host = 'db.example.com'
const query = 'sslmode=require'
module.exports = [
  new pg.Pool({ connectionString: 'postgres://app:hunter2@db.example.com/app?sslmode=prefer' }),
  new pg.Client('postgres://app:hunter2@db.example.com/app'),
  new pg.Client(`postgres://app:${process.env.PASSWORD}@${host}/app?${query}`),
  new pg.Client('postgres://app@' + host + '/app?sslmode=' + 'disable'),
]
