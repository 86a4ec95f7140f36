import { Base } from './base'

export class Config extends Base {
  static readonly database = { host: 'db.example.com', ssl: { rejectUnauthorized: false } }
  static readonly safe = { host: 'db.example.com', ssl: true }
  readonly own = { host: 'db.example.com' }
  static later: object
  static make(): void {}
}
