/** pg, and the pool that other libraries are given: `load` is `import()` or `require()`. */
export const name = 'pg'
export const packages = ['pg']
export const bundled = ['pg', '@verify-full/pg']

export const imported = (specifier) => import(specifier)
/** The whole of a library, however it was loaded. */
export const whole = (module) => module.default ?? module

const POOL_SIZE = 5
const PATIENCE_MILLIS = 15_000

/** A configuration of the contract, in pg's own option names. */
export const optionsOf = ({ url, connectTimeoutMillis = PATIENCE_MILLIS, ...target }) => ({
  ...(url ? { connectionString: url } : target),
  max: POOL_SIZE,
  connectionTimeoutMillis: connectTimeoutMillis,
})

/** A pool of one copy of pg. */
export async function poolOf(config, load, copy = 'pg') {
  const pool = new (whole(await load(copy)).Pool)(optionsOf(config))
  pool.on('error', () => {})
  return pool
}

/** The same, guarded without register. */
export async function guardedPool(config, load, copy) {
  const { guard } = await load('@verify-full/pg')
  return guard(await poolOf(config, load, copy))
}

export const databaseOf = (pool) => ({
  query: async (sql) => (await pool.query(sql)).rows,
  async transaction(work) {
    const client = await pool.connect()
    try {
      await client.query('begin')
      const result = await work(async (sql) => (await client.query(sql)).rows)
      await client.query('commit')
      return result
    } finally {
      client.release()
    }
  },
  close: () => pool.end(),
})

export const open = async (config, load = imported) => databaseOf(await poolOf(config, load))

export const inject = async (config, load) => databaseOf(await guardedPool(config, load))
