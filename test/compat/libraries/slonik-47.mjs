import { connect } from './slonik.mjs'

export const name = 'Slonik'
export const packages = ['slonik-47']
export { notInjectable } from './slonik.mjs'

export const open = (config, load) => connect(config, load, packages[0])
