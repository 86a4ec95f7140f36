import pg from 'pg'
import { driver, guard } from './guard.js'

driver.Client = pg.Client
const guarded = guard({ Client: pg.Client, Pool: pg.Pool })

/** pg's `Client`, guarded by the default policy. Refusals are `connect()`'s, never the constructor's. */
export const Client: typeof pg.Client = guarded.Client
/** pg's `Pool`, guarded by the default policy; throws PolicyError for a configuration below it. */
export const Pool: typeof pg.Pool = guarded.Pool

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
export { guardClass } from './client.js'
export type { Placement } from './connect.js'
export { guard, type PgConfig, type PgModule } from './guard.js'
export { type Planned, refusePlan, refusePlans } from './refusal.js'
export { endWithin, verifySession } from './verify.js'
