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
export { guard, type Knexfile } from './guard.js'
export { verifySession } from './verify.js'
