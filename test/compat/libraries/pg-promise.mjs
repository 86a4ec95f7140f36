import { optionsOf, whole } from './pg.mjs'

export const name = 'pg-promise'
export const packages = ['pg-promise']

export const open = (config, load) => connect(config, load)

export async function inject(config, load) {
  const { guard } = await load('@verify-full/pg')
  return connect(config, load, guard)
}

async function connect(config, load, guard) {
  const pgp = whole(await load('pg-promise'))({ noWarnings: true })
  if (guard) pgp.pg = guard(pgp.pg)
  const db = pgp(optionsOf(config))
  return {
    query: (sql) => db.any(sql),
    transaction: (work) => db.tx((tx) => work((sql) => tx.any(sql))),
    close: () => db.$pool.end(),
  }
}
