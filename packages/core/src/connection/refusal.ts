import { PolicyError } from '../errors.js'
import { publish } from '../events.js'
import { judge } from '../judge.js'
import type { Plan } from '../model.js'
import type { Policy } from '../policy.js'
import type { Report } from '../report.js'
import type { Finding } from '../rules.js'

/** The one way a connection is refused: the event, then the error that the caller gets. For adapters. */
export function refusal(code: PolicyError['code'], report: Report, cause?: unknown): PolicyError {
  publish('verify-full:violation', report)
  return new PolicyError(code, report, cause === undefined ? undefined : { cause })
}

/** A configuration's code: root.crt's own where nothing else is at fault. */
export const codeOf = (violations: readonly { readonly rule: string }[]): PolicyError['code'] =>
  violations.every(({ rule }) => rule === 'root-cert-unusable')
    ? 'ERR_VERIFY_FULL_ROOT_CERT'
    : 'ERR_VERIFY_FULL_POLICY'

/**
 * The refusal for what went wrong on the wire; undefined where the policy lets it pass (report-only,
 * waived) and for failures that are not ours (ECONNREFUSED, a wrong password). For adapters.
 */
export function wireRefusal(
  plan: Plan,
  policy: Policy,
  findings: readonly Finding[],
  cause?: unknown,
): PolicyError | undefined {
  if (findings.length === 0) return undefined
  // A waiver cannot mend a handshake that has failed: with a cause the connection is gone already.
  const strict = cause === undefined ? policy : { ...policy, waivers: [] }
  const { report } = judge({ plan }, strict, { also: findings })
  if (report.violations.length === 0) return undefined
  if (!report.enforced) {
    publish('verify-full:violation', report)
    return undefined
  }
  return refusal('ERR_VERIFY_FULL_SESSION', report, cause)
}
