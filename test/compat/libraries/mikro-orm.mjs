import { whole } from './pg.mjs'

export const name = 'MikroORM'
export const packages = ['@mikro-orm/postgresql']

export const open = (config, load) => connect(config, load)

export async function inject(config, load) {
  const { guardClass } = await load('@verify-full/pg')
  return connect(config, load, { Client: guardClass(whole(await load('pg')).Client) })
}

async function connect(config, load, options) {
  const { MikroORM } = await load('@mikro-orm/postgresql')
  const { database, ssl, connectTimeoutMillis, ...target } = config
  const orm = new MikroORM({
    ...target,
    dbName: database,
    driverOptions: {
      ...(ssl === undefined ? {} : { ssl }),
      connectionTimeoutMillis: connectTimeoutMillis,
      ...options,
    },
    pool: { max: 5 },
    entities: [],
    discovery: { warnWhenNoEntities: false },
    logger() {},
  })
  return {
    query: (sql) => orm.em.getConnection().execute(sql),
    transaction: (work) => orm.em.transactional((em) => work((sql) => em.execute(sql))),
    close: () => orm.close(true),
  }
}
