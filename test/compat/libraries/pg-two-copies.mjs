import { databaseOf, guardedPool, poolOf } from './pg.mjs'

export const name = 'pg, two copies at once'
export const packages = ['pg', 'pg-8.16']

export const open = (config, load) => both(config, load, poolOf)

export const inject = (config, load) => both(config, load, guardedPool)

/** Each copy alone, with the other one loaded. */
export const parts = Object.fromEntries(
  packages.map((copy) => {
    const one = (make) => async (config, load) => {
      await Promise.all(packages.map((name) => load(name)))
      return databaseOf(await make(config, load, copy))
    }
    return [copy, { open: one(poolOf), inject: one(guardedPool) }]
  }),
)

/** One copy that is not refused would be hidden by the other one's refusal. */
async function both(config, load, make) {
  const pools = [
    databaseOf(await make(config, load)),
    databaseOf(await make(config, load, 'pg-8.16')),
  ]
  return {
    async query(sql) {
      const outcomes = await Promise.allSettled(pools.map((pool) => pool.query(sql)))
      const refused = outcomes.filter(({ status }) => status === 'rejected')
      if (refused.length === 1) throw new Error('one copy was refused, the other one was not')
      if (refused[0]) throw refused[0].reason
      return outcomes[0].value
    },
    close: () => Promise.all(pools.map((pool) => pool.close())),
  }
}
