import { MikroORM } from '@mikro-orm/postgresql'
export async function query({ database, ssl, ...account }) {
  const orm = new MikroORM({
    ...account,
    dbName: database,
    driverOptions: { ssl },
    entities: [],
    discovery: { warnWhenNoEntities: false },
    logger() {},
  })
  try {
    return await orm.em.getConnection().execute('select 1 as v')
  } finally {
    await orm.close(true)
  }
}
