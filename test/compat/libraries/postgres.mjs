import { imported, whole } from './pg.mjs'

export const name = 'postgres.js'
export const packages = ['postgres']
export const bundled = ['postgres', '@verify-full/postgres']

const unguarded = (postgres) => postgres

/** The function `sql` of a configuration. */
export async function sqlOf(config, load, guard = unguarded) {
  const { url, connectTimeoutMillis = 15_000, ...target } = config
  const options = {
    ...target,
    connect_timeout: connectTimeoutMillis / 1000,
    max: 5,
    fetch_types: false,
    onnotice: () => {},
  }
  const postgres = guard(whole(await load('postgres')))
  return url ? postgres(url, options) : postgres(options)
}

export async function guardedSql(config, load) {
  const { guard } = await load('@verify-full/postgres')
  return sqlOf(config, load, guard)
}

const databaseOf = (sql) => ({
  query: async (text) => [...(await sql.unsafe(text))],
  transaction: (work) => sql.begin((tx) => work(async (text) => [...(await tx.unsafe(text))])),
  // Without a limit postgres.js 3.4.9 waits for ever where a connection was lost during a query.
  close: () => sql.end({ timeout: 1 }),
})

export const open = async (config, load = imported) => databaseOf(await sqlOf(config, load))

export const inject = async (config, load) => databaseOf(await guardedSql(config, load))
