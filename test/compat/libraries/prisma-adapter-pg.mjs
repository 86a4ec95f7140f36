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
  return {
    query: async (sql) => (await adapter.queryRaw({ sql, args: [], argTypes: [] })).rows,
    close: () => adapter.dispose(),
  }
}
