import { connect, guarded } from './graphile-worker.mjs'

export const name = 'graphile-worker'
export const packages = ['graphile-worker-0.17']
export const stateful = true

export const open = (_config, load, dsn) => connect({ connectionString: dsn }, load, packages[0])

export const inject = (config, load) => guarded(config, load, packages[0])
