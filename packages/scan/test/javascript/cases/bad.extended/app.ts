import { PrismaClient } from '@prisma/client'
import pg, { Pool } from 'pg'
import { Far, Plain } from './stores'

const host = 'db.example.com'

export class Store extends Pool {
  constructor(name: string) {
    super({ host, database: name, ssl: { rejectUnauthorized: false } })
  }
}

export class Service extends PrismaClient {
  constructor() {
    super({ datasourceUrl: 'postgres://app:hunter2@db.example.com/app?sslmode=prefer' })
  }
}

const Alike = class extends pg.Client {}
class Cache extends Map {
  constructor() {
    super([['ssl', { rejectUnauthorized: false }]])
  }
}

export const made = [
  new Alike({ host, ssl: { rejectUnauthorized: false } }),
  new Far({ host, ssl: { rejectUnauthorized: false } }),
  // Its own constructor decides what becomes of it.
  new Store({ host, ssl: { rejectUnauthorized: false } }),
  new Plain({ host, ssl: { rejectUnauthorized: false } }),
  new Cache(),
]
