import { QueryTypes, Sequelize } from 'sequelize'
export async function query({ user, ssl, ...account }) {
  const db = new Sequelize({
    dialect: 'postgres',
    username: user,
    ...account,
    dialectOptions: { ssl },
    logging: false,
    retry: { max: 1 },
  })
  try {
    return await db.query('select 1 as v', { type: QueryTypes.SELECT })
  } finally {
    await db.close()
  }
}
