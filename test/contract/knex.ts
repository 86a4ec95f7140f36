import { guard, verifySession } from '@verify-full/knex'
import knex, { type Knex } from 'knex'
import { type Adapter, type Config, PATIENCE_MILLIS, POOL_SIZE } from './adapter.js'

export const adapter: Adapter = {
  name: process.env.VERIFY_FULL_KNEX ?? 'knex',
  driver: 'knex',
  child: { module: import.meta.url },
  async open(config, policy) {
    const db = knex(
      guard(
        {
          client: 'pg',
          connection: connectionOf(config),
          pool: { min: 0, max: POOL_SIZE },
          acquireConnectionTimeout: PATIENCE_MILLIS,
          // Knex prints every refusal, with its stack, besides rejecting with it.
          log: { warn() {}, error() {} },
        },
        policy,
      ),
    )
    return {
      query: async (sql) => (await db.raw(sql)).rows,
      transaction: (work) =>
        db.transaction((trx) => work(async (sql) => (await trx.raw(sql)).rows)),
      verifySession: async () => [await verifySession(db)],
      counts: () => {
        const { pool } = db.client
        return {
          connections: pool.numUsed() + pool.numFree() + pool.numPendingCreates(),
          waiting: pool.numPendingAcquires(),
        }
      },
      close: () => db.destroy(),
    }
  },
}

function connectionOf(config: Config): string | Knex.PgConnectionConfig {
  if ('url' in config) return config.url
  const { connectTimeoutMillis = PATIENCE_MILLIS, ...target } = config
  return { ...target, connectionTimeoutMillis: connectTimeoutMillis }
}
