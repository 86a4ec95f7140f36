import { injected, opened } from './graphile-worker.mjs'
import { guardedPool } from './pg.mjs'

export const name = 'graphile-worker'
export const packages = ['graphile-worker-0.17']
export const stateful = true

export const open = (config, load, dsn) => opened(config, load, dsn, packages[0])

export const inject = (config, load) => injected(guardedPool(config, load), load, packages[0])
