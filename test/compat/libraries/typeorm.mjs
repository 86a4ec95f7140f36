export const name = 'TypeORM'
export const packages = ['typeorm']

function optionsOf({ user, connectTimeoutMillis = 15_000, ...target }) {
  return {
    type: 'postgres',
    ...target,
    username: user,
    poolSize: 5,
    connectTimeoutMS: connectTimeoutMillis,
    poolErrorHandler: () => {},
  }
}

export const open = (config, load) => initialize(optionsOf(config), load)

export async function inject(config, load) {
  const { guard } = await load('@verify-full/typeorm')
  return initialize(guard(optionsOf(config)), load)
}

async function initialize(options, load) {
  const { DataSource } = await load('typeorm')
  const dataSource = await new DataSource(options).initialize()
  return {
    query: (sql) => dataSource.query(sql),
    transaction: (work) =>
      dataSource.transaction(({ queryRunner }) => work((sql) => queryRunner.query(sql))),
    close: () => dataSource.destroy(),
  }
}
