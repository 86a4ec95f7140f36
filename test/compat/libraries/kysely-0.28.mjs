import { connect } from './kysely.mjs'
import { guardedPool, poolOf } from './pg.mjs'

export const name = 'Kysely'
export const packages = ['kysely-0.28']

export const open = async (config, load) => connect(await poolOf(config, load), load, packages[0])

export const inject = async (config, load) =>
  connect(await guardedPool(config, load), load, packages[0])
