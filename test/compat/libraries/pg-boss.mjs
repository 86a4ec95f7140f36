import { guardedPool, optionsOf } from './pg.mjs'

export const name = 'pg-boss'
export const packages = ['pg-boss']
export const stateful = true

export const open = async (config, load) => start((await load('pg-boss')).PgBoss, optionsOf(config))

export const inject = async (config, load) =>
  injected((await load('pg-boss')).PgBoss, await guardedPool(config, load))

export async function injected(PgBoss, pool) {
  try {
    const db = { executeSql: (text, values) => pool.query(text, values) }
    const database = await start(PgBoss, { db })
    return { ...database, close: () => database.close().then(() => pool.end()) }
  } catch (error) {
    await pool.end()
    throw error
  }
}

export async function start(PgBoss, options) {
  const boss = new PgBoss({ ...options, supervise: false, schedule: false })
  boss.on('error', () => {})
  const stop = () => boss.stop({ graceful: false, wait: true })
  try {
    await boss.start()
  } catch (error) {
    await stop().catch(() => {})
    throw error
  }
  return { query: async (sql) => (await boss.getDb().executeSql(sql)).rows, close: stop }
}
