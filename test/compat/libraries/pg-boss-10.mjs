import { guardedPool, optionsOf, whole } from './pg.mjs'
import { injected, start } from './pg-boss.mjs'

export const name = 'pg-boss'
export const packages = ['pg-boss-10']
export const stateful = true

const load10 = async (load) => whole(await load(packages[0]))

export const open = async (config, load) => start(await load10(load), optionsOf(config))

export const inject = async (config, load) =>
  injected(await load10(load), await guardedPool(config, load))
