import { optionsOf, whole } from './pg.mjs'

export const name = 'Prisma (@prisma/adapter-pg)'
export const packages = ['@prisma/adapter-pg']

export const open = (config, load) => connect(optionsOf(config), load)

export async function inject(config, load) {
  const { guardClass } = await load('@verify-full/pg')
  const Client = guardClass(whole(await load('pg')).Client)
  return connect({ ...optionsOf(config), Client }, load)
}

async function connect(options, load) {
  const { PrismaPg } = await load('@prisma/adapter-pg')
  const adapter = await new PrismaPg(options).connect()
  const on = (queryable) => async (sql) => {
    const { columnNames, rows } = await queryable.queryRaw({ sql, args: [], argTypes: [] })
    return rows.map((row) => Object.fromEntries(columnNames.map((name, i) => [name, row[i]])))
  }
  return {
    query: on(adapter),
    /** As Prisma's client does it: the adapter begins, its caller says how it ends. */
    async transaction(work) {
      const tx = await adapter.startTransaction()
      try {
        const result = await work(on(tx))
        await tx.executeRaw({ sql: 'COMMIT', args: [], argTypes: [] })
        await tx.commit()
        return result
      } catch (error) {
        await tx.rollback()
        throw error
      }
    },
    close: () => adapter.dispose(),
  }
}
