import { guard, type PostgresOptions, verifySession } from '@verify-full/postgres'
import postgres from 'postgres'
import { type Adapter, type Config, PATIENCE_MILLIS, POOL_SIZE } from './adapter.js'

export const adapter: Adapter = {
  name: 'postgres',
  driver: 'postgres',
  child: { module: import.meta.url },
  async open(config, policy) {
    const { url, options } = optionsOf(config)
    const connect = guard(postgres, policy)
    const sql = url ? connect(url, options) : connect(options)
    return {
      query: async (text) => [...(await sql.unsafe(text))],
      transaction: (work) =>
        sql.begin((tx) => work(async (text) => [...(await tx.unsafe(text))])) as Promise<never>,
      verifySession: async () => [await verifySession(sql)],
      // Without a limit postgres.js 3.4.9 waits for ever where a connection was lost during a query.
      close: () => sql.end({ timeout: 1 }),
    }
  },
}

function optionsOf(config: Config): { url?: string; options: PostgresOptions } {
  const options = { max: POOL_SIZE, fetch_types: false, onnotice: () => {} }
  if ('url' in config) return { url: config.url, options }
  const { connectTimeoutMillis = PATIENCE_MILLIS, ssl, ...target } = config
  return {
    options: {
      ...options,
      ...target,
      ...(ssl === undefined ? {} : { ssl }),
      connect_timeout: connectTimeoutMillis / 1000,
    },
  }
}
