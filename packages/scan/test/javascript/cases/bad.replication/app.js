const { Sequelize } = require('sequelize')
const { MikroORM } = require('@mikro-orm/postgresql')
module.exports = [
  new Sequelize({
    dialect: 'postgres',
    dialectOptions: { ssl: { ca: process.env.CA } },
    replication: {
      write: { host: 'db.example.com' },
      read: [
        { host: 'r1.example.com', dialectOptions: { ssl: { rejectUnauthorized: false } } },
        { host: 'r2.example.com', dialectOptions: {} },
      ],
    },
  }),
  MikroORM.init({
    host: 'db.example.com',
    driverOptions: { ssl: { ca: process.env.CA } },
    replicas: [{ host: 'r1.example.com', driverOptions: {} }],
  }),
]
