import type { PoolConfig } from 'pg'
export class Settings {
  private readonly pool: PoolConfig = { host: 'db.example.com', ssl: { rejectUnauthorized: false } }
  async create(): Promise<PoolConfig> {
    if (this.pool) return { ssl: false }
    return { host: 'db.example.com', ssl: true }
  }
}
