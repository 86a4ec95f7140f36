import { whole } from './pg.mjs'

export const name = 'Sequelize 6'
export const packages = ['sequelize']

export const open = (config, load) => connect(config, load)

export async function inject(config, load) {
  const { guard } = await load('@verify-full/pg')
  return connect(config, load, { dialectModule: guard(whole(await load('pg'))) })
}

async function connect(config, load, options) {
  const { QueryTypes, Sequelize } = await load('sequelize')
  const { ssl, user, connectTimeoutMillis, ...target } = config
  const db = new Sequelize({
    dialect: 'postgres',
    ...target,
    username: user,
    dialectOptions: {
      ...(ssl === undefined ? {} : { ssl }),
      connectionTimeoutMillis: connectTimeoutMillis,
    },
    pool: { max: 5 },
    logging: false,
    ...options,
  })
  const on = (transaction) => (sql) => db.query(sql, { type: QueryTypes.SELECT, transaction })
  return {
    query: on(),
    transaction: (work) => db.transaction((transaction) => work(on(transaction))),
    close: () => db.close(),
  }
}
