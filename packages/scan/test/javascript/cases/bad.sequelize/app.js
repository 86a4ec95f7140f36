const { Sequelize } = require('sequelize')
module.exports = [
  new Sequelize('postgres://app@db.example.com/app', { dialectOptions: { ssl: { require: true, rejectUnauthorized: false } } }),
  new Sequelize('app', 'app', 'hunter2', { host: 'db.example.com', dialect: 'postgres' }),
  new Sequelize({ dialect: 'postgres', host: 'db.example.com', ssl: true }),
  new Sequelize(process.env.DATABASE_URL, { dialect: 'postgres', dialectOptions: { ssl: { rejectUnauthorized: false } } }),
]
