import knex from 'knex'
import mysql from 'mysql2'
import { Sequelize } from 'sequelize'
import { DataSource } from 'typeorm'
import { Pool } from 'undici'
import { MikroORM } from '@mikro-orm/core'
import { MySqlDriver } from '@mikro-orm/mysql'
import { defineConfig } from 'drizzle-kit'
import 'pg'
const ssl = { rejectUnauthorized: false }
export const all = [
  knex({ client: 'mysql2', connection: { host: 'db.example.com', ssl } }),
  knex({ client: 'sqlite3', connection: { filename: ':memory:' }, useNullAsDefault: true }),
  new Sequelize({ dialect: 'mysql', host: 'db.example.com', dialectOptions: { ssl } }),
  new Sequelize('mysql://app@db.example.com/app', { dialectOptions: { ssl } }),
  new DataSource({ type: 'mysql', host: 'db.example.com', ssl }),
  new DataSource({ type: 'sqlite', database: 'a.db' }),
  mysql.createPool({ host: 'db.example.com', ssl }),
  new Pool('https://api.example.com', { connect: ssl }),
  MikroORM.init({ driver: MySqlDriver, host: 'db.example.com', driverOptions: { ssl } }),
  defineConfig({ dialect: 'mysql', dbCredentials: { host: 'db.example.com', ssl } }),
]
