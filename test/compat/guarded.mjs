/** The same libraries with the guard injected as docs/<library>.md says, without register. */
const { guard, guardClass } = await import(process.env.GUARD_PG)
const { guard: guardPostgres } = await import(process.env.GUARD_POSTGRES)
const { default: pg } = await import('pg')

const injected = {
  async kysely({ ...account }) {
    const { Kysely, PostgresDialect, sql } = await import('kysely')
    const pool = guard(new pg.Pool(account))
    const db = new Kysely({ dialect: new PostgresDialect({ pool }) })
    return (await sql`select 1 as v`.execute(db).finally(() => db.destroy())).rows
  },
  async 'drizzle-node-postgres'(account) {
    const { drizzle } = await import('drizzle-orm/node-postgres')
    const pool = guard(new pg.Pool(account))
    return (
      await drizzle(pool)
        .execute('select 1 as v')
        .finally(() => pool.end())
    ).rows
  },
  async 'drizzle-postgres-js'(account) {
    const { drizzle } = await import('drizzle-orm/postgres-js')
    const { default: postgres } = await import('postgres')
    const sql = guardPostgres(postgres)({ ...account, max: 1, fetch_types: false })
    return [
      ...(await drizzle(sql)
        .execute('select 1 as v')
        .finally(() => sql.end({ timeout: 1 }))),
    ]
  },
  async 'pg-promise'(account) {
    const { default: pgPromise } = await import('pg-promise')
    const pgp = pgPromise({ noWarnings: true })
    pgp.pg = guard(pgp.pg)
    const db = pgp(account)
    return await db.any('select 1 as v').finally(() => db.$pool.end())
  },
  async sequelize({ user, ssl, ...account }) {
    const { QueryTypes, Sequelize } = await import('sequelize')
    const db = new Sequelize({
      dialect: 'postgres',
      dialectModule: guard(pg),
      username: user,
      ...account,
      dialectOptions: { ssl },
      logging: false,
    })
    return await db.query('select 1 as v', { type: QueryTypes.SELECT }).finally(() => db.close())
  },
  async 'mikro-orm'({ database, ssl, ...account }) {
    const { MikroORM } = await import('@mikro-orm/postgresql')
    const orm = new MikroORM({
      ...account,
      dbName: database,
      driverOptions: { ssl, Client: guardClass(pg.Client) },
      entities: [],
      discovery: { warnWhenNoEntities: false },
      logger() {},
    })
    return await orm.em
      .getConnection()
      .execute('select 1 as v')
      .finally(() => orm.close(true))
  },
  async 'prisma-adapter-pg'(account) {
    const { PrismaPg } = await import('@prisma/adapter-pg')
    const adapter = await new PrismaPg({ ...account, Client: guardClass(pg.Client) }).connect()
    const asked = adapter.queryRaw({ sql: 'select 1 as v', args: [], argTypes: [] })
    return (await asked.finally(() => adapter.dispose())).rows
  },
}

export const query = injected[process.env.INJECTED]
