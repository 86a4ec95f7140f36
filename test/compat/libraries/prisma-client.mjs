import { optionsOf, whole } from './pg.mjs'

export const name = 'Prisma (PrismaClient, prisma-client generator)'
export const packages = ['@prisma/client', '@prisma/adapter-pg']

export const open = (config, load) => connect(optionsOf(config), load)

export async function inject(config, load) {
  const { guardClass } = await load('@verify-full/pg')
  const Client = guardClass(whole(await load('pg')).Client)
  return connect({ ...optionsOf(config), Client }, load)
}

async function connect(options, load) {
  const { PrismaPg } = await load('@prisma/adapter-pg')
  const { PrismaClient } = await load('#prisma-client')
  const prisma = new PrismaClient({ adapter: new PrismaPg(options) })
  return {
    async query(sql) {
      await prisma.role.count()
      return prisma.$queryRawUnsafe(sql)
    },
    close: () => prisma.$disconnect(),
  }
}
