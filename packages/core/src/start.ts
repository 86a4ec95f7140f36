/** What a process needs at its start, before it has a driver: the policy, and nothing that reads or judges by it. */
export { findConfigFile, loadConfigFile } from './config-file.js'
export { isVouched } from './connection/vouched.js'
export { TLS_VERSIONS } from './model.js'
export { definePolicy, type Policy, type PolicyOptions } from './policy.js'
export { nearest } from './suggest.js'
