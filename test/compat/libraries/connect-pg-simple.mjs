import { promisify } from 'node:util'
import { guardedPool, optionsOf, whole } from './pg.mjs'

export const name = 'connect-pg-simple'
export const packages = ['connect-pg-simple']
export const stateful = true

export const open = (config, load) => connect({ conObject: optionsOf(config) }, load)

export async function inject(config, load) {
  const pool = await guardedPool(config, load)
  return connect({ pool }, load, () => pool.end())
}

async function connect(options, load, end = () => {}) {
  // Of express-session it needs the class that it extends.
  const Store = whole(await load('connect-pg-simple'))({ Store: class {} })
  const store = new Store({
    ...options,
    createTableIfMissing: true,
    pruneSessionInterval: false,
    errorLog: () => {},
  })
  const set = promisify(store.set.bind(store))
  return {
    query: () => set('sid', { cookie: {} }),
    async close() {
      await store.close()
      await end()
    },
  }
}
