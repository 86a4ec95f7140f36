import { PrismaPg } from '@prisma/adapter-pg'
export async function query(account) {
  const adapter = await new PrismaPg(account).connect()
  try {
    const { rows } = await adapter.queryRaw({ sql: 'select 1 as v', args: [], argTypes: [] })
    return rows
  } finally {
    await adapter.dispose()
  }
}
