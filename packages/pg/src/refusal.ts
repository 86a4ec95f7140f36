import {
  codeOf,
  judge,
  type PgReading,
  type Plan,
  type Policy,
  publish,
  refusal,
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
export function refusePlan(plan: Plan, policy: Policy, reading?: PgReading): void {
  const { findings } = readMaterial(plan, policy, reading)
  const { accepted, report } = judge({ plan }, policy, { also: findings })
  if (!accepted) throw refusal(codeOf(report.violations), report)
  if (report.violations.length > 0) publish('verify-full:violation', report)
}
