import { guard, type PolicyOptions, verifySession } from '@verify-full/pg'
import pg from 'pg'
import { type Adapter, type Config, type Database, PATIENCE_MILLIS, POOL_SIZE } from './adapter.js'

export const adapter: Adapter = {
  name: 'pg',
  driver: 'pg',
  child: { module: import.meta.url },
  async open(config, policy) {
    return databaseOf(poolOf(config, policy))
  },
}

function poolOf(config: Config, policy?: PolicyOptions): pg.Pool {
  const { connectTimeoutMillis = PATIENCE_MILLIS, ...target } =
    'url' in config ? { connectionString: config.url, connectTimeoutMillis: undefined } : config
  const pool = new pg.Pool({
    ...target,
    max: POOL_SIZE,
    connectionTimeoutMillis: connectTimeoutMillis,
  })
  return guard(pool, policy)
}

function databaseOf(pool: pg.Pool): Database {
  // An idle connection that is lost is the pool's business; without a listener it ends the process.
  pool.on('error', () => {})
  return {
    query: async (sql) => (await pool.query(sql)).rows,
    async transaction(work) {
      const client = await pool.connect()
      try {
        await client.query('begin')
        const result = await work(async (sql) => (await client.query(sql)).rows)
        await client.query('commit')
        return result
      } finally {
        client.release()
      }
    },
    verifySession: async () => [await verifySession(pool)],
    counts: () => ({ connections: pool.totalCount, waiting: pool.waitingCount }),
    close: () => pool.end(),
  }
}
