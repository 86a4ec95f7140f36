export {
  definePolicy,
  type Events,
  events,
  type Policy,
  PolicyError,
  type PolicyOptions,
  type Report,
  type SessionReport,
  type Violation,
} from '@verify-full/core'
export { guard, guardFunction, type Postgres } from './guard.js'
export type { PostgresOptions } from './options.js'
export { verifySession } from './verify.js'
