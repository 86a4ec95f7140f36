import 'reflect-metadata'
import { DataSource } from 'typeorm'
export async function query({ user, ...account }) {
  const source = new DataSource({ type: 'postgres', username: user, ...account })
  await source.initialize()
  try {
    return await source.query('select 1 as v')
  } finally {
    await source.destroy()
  }
}
