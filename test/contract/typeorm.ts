import { guard, verifySession } from '@verify-full/typeorm'
import type pg from 'pg'
import { DataSource, type DataSourceOptions } from 'typeorm'
import { type Adapter, type Config, PATIENCE_MILLIS, POOL_SIZE } from './adapter.js'

export const adapter: Adapter = {
  name: process.env.VERIFY_FULL_TYPEORM ?? 'typeorm',
  driver: 'typeorm',
  child: { module: import.meta.url },
  async open(config, policy) {
    const dataSource = new DataSource(guard(optionsOf(config), policy))
    await dataSource.initialize()
    return {
      query: (sql) => dataSource.query(sql),
      transaction: (work) =>
        dataSource.transaction(({ queryRunner }) =>
          work(async (sql) => (await queryRunner?.query(sql)) ?? []),
        ),
      verifySession: () => verifySession(dataSource),
      counts: () => {
        const { master } = dataSource.driver as unknown as { master: pg.Pool }
        return { connections: master.totalCount, waiting: master.waitingCount }
      },
      close: () => dataSource.destroy(),
    }
  },
}

function optionsOf(config: Config): DataSourceOptions {
  const common = {
    type: 'postgres',
    poolSize: POOL_SIZE,
    connectTimeoutMS: PATIENCE_MILLIS,
    // An idle connection that is lost is the pool's business.
    poolErrorHandler: () => {},
  } as const
  if ('url' in config) return { ...common, url: config.url }
  const { user, connectTimeoutMillis = PATIENCE_MILLIS, ...target } = config
  return { ...common, ...target, username: user, connectTimeoutMS: connectTimeoutMillis }
}
