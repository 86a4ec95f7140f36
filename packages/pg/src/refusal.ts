import {
  codeOf,
  judge,
  type PgReading,
  type Plan,
  type Policy,
  PolicyError,
  publish,
} from '@verify-full/core'
import { readMaterial } from './material.js'

/**
 * Judges a plan without connecting, as `guard()` does at application start. Reads the files that the
 * plan and the reading name. For adapters, whose plans come from their library's configuration.
 *
 * @throws PolicyError where the plan is below the policy.
 * @example
 * import { refusePlan } from '@verify-full/pg'
 * import { definePolicy, planPg } from '@verify-full/core'
 *
 * for (const plan of planPg({ host: 'db.example.com' }, {})) refusePlan(plan, definePolicy())
 * // throws: sslmode-missing
 */
export const refusePlan = (plan: Plan, policy: Policy, reading?: PgReading): void =>
  refusePlans([{ plan, reading }], policy)

/** A plan, and the reading of the same configuration where it may name files. */
export interface Planned {
  readonly plan: Plan
  readonly reading?: PgReading | undefined
}

/**
 * {@link refusePlan} for everything that one configuration would connect to: whoever mends it has to
 * know all that is wrong, not the first.
 *
 * @throws PolicyError where a plan is below the policy, with one report for each of those.
 * @example
 * import { refusePlans } from '@verify-full/pg'
 * import { definePolicy, planTypeOrm } from '@verify-full/core'
 *
 * const replication = { master: { host: 'a.example.com' }, slaves: [{ host: 'b.example.com' }] }
 * const plans = planTypeOrm({ type: 'postgres', replication }, {})
 * refusePlans(plans.map((plan) => ({ plan })), definePolicy()) // throws one error with two reports
 */
export function refusePlans(planned: readonly Planned[], policy: Policy): void {
  const judged = planned.map(({ plan, reading }) => {
    const { findings } = readMaterial(plan, policy, reading)
    return judge({ plan }, policy, { also: findings })
  })
  const below = judged.map(({ report }) => report).filter((it) => it.violations.length > 0)
  for (const report of below) publish('verify-full:violation', report)
  const [first, ...rest] = below.filter(({ enforced }) => enforced)
  if (!first) return
  const reports = [first, ...rest] as const
  throw new PolicyError(codeOf(reports.flatMap(({ violations }) => violations)), reports)
}
