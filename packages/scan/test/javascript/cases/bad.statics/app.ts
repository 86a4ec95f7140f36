import { Client, Pool } from 'pg'
import { Config } from './config'

class Local {
  static options = { host: 'db.example.com', ssl: false }
}

export const pools = [
  new Pool(Config.database),
  new Pool(Config.safe),
  new Pool(Config.later),
  new Client(Local.options),
]

export const connect = (ssl: object = { rejectUnauthorized: false }): Pool =>
  new Pool({ host: 'db.example.com', ssl })

export function open({ host, ssl = false }: { host: string; ssl?: boolean }): Client {
  return new Client({ host, ssl })
}

export const verified = (ssl: object = { ca: process.env.CA }): Pool =>
  new Pool({ host: 'db.example.com', ssl })
