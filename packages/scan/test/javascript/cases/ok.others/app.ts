import { MikroORM } from '@mikro-orm/postgresql'
import { PrismaPg } from '@prisma/adapter-pg'
import { drizzle } from 'drizzle-orm/node-postgres'
import knex from 'knex'
import pgPromise from 'pg-promise'
import postgres from 'postgres'
import { Sequelize } from 'sequelize'
import { createPool } from 'slonik'
import { DataSource } from 'typeorm'
const ssl = { ca: process.env.CA }
const url = 'postgres://app@db.example.com/app?sslmode=verify-full'
export const all = [
  knex({ client: 'pg', connection: url }),
  knex({ client: 'pg', connection: { host: 'db.example.com', ssl } }),
  new DataSource({ type: 'postgres', host: 'db.example.com', ssl }),
  new Sequelize({ dialect: 'postgres', host: 'db.example.com', dialectOptions: { ssl } }),
  MikroORM.init({ host: 'db.example.com', driverOptions: { ssl } }),
  pgPromise()({ host: 'db.example.com', ssl }),
  createPool('postgres://app@db.example.com/app', { ssl }),
  postgres(url),
  postgres({ host: 'db.example.com', ssl }),
  drizzle(url),
  new PrismaPg({ host: 'db.example.com', ssl }),
]
