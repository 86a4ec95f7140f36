import {
  type Finding,
  judge,
  type Origin,
  type PgReading,
  type Plan,
  type Policy,
  PolicyError,
  publish,
  type Report,
} from '@verify-full/core'
import { readMaterial } from './material.js'

/** The one way a connection is refused: the event, then the error that the caller gets. */
export function refusal(code: PolicyError['code'], report: Report, cause?: unknown): PolicyError {
  publish('verify-full:violation', report)
  return new PolicyError(code, report, cause === undefined ? undefined : { cause })
}

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

/** A configuration's code: root.crt's own where nothing else is at fault. */
export const codeOf = (violations: readonly { readonly rule: string }[]): PolicyError['code'] =>
  violations.every(({ rule }) => rule === 'root-cert-unusable')
    ? 'ERR_VERIFY_FULL_ROOT_CERT'
    : 'ERR_VERIFY_FULL_POLICY'

/**
 * The refusal for what went wrong on the wire; undefined where the policy lets it pass (report-only,
 * waived) and for failures that are not ours (ECONNREFUSED, a wrong password).
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

/** What an error of pg, Node or OpenSSL during the TLS negotiation means; [] where it is not ours. */
export function findingsOf(error: unknown): readonly Finding[] {
  const { code = '', message = '' } = error as { code?: unknown; message?: string }
  const rule = BY_MESSAGE[message] ?? BY_CODE[String(code)]
  if (rule) return [{ ...rule, origin: CONNECTION }]
  return /^(ERR_SSL_|ERR_OSSL_|EPROTO$)/.test(String(code))
    ? [{ rule: 'handshake-failed', origin: CONNECTION, written: String(code) }]
    : []
}

export const CONNECTION: Origin = { via: 'default', key: 'socket' }

const unknownIssuer = {
  rule: 'certificate-not-verified',
  written: 'the certificate was issued by a CA that is not among the trusted roots',
} as const
const badPurpose = {
  rule: 'certificate-not-verified',
  written: 'the certificate is not a server certificate (its extended key usage)',
} as const

type Meaning = Pick<Finding, 'rule' | 'written'>

/** @see https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const BY_CODE: Record<string, Meaning> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownIssuer,
  UNABLE_TO_GET_ISSUER_CERT: unknownIssuer,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownIssuer,
  SELF_SIGNED_CERT_IN_CHAIN: unknownIssuer,
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownIssuer,
  CERT_SIGNATURE_FAILURE: unknownIssuer,
  CERT_UNTRUSTED: unknownIssuer,
  INVALID_CA: unknownIssuer,
  INVALID_PURPOSE: badPurpose,
  UNABLE_TO_GET_CRL: {
    rule: 'certificate-not-verified',
    written: 'sslcrl holds no revocation list of one of the CAs in the chain',
  },
  CRL_HAS_EXPIRED: { rule: 'certificate-not-verified', written: 'the revocation list has expired' },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    rule: 'hostname-not-verified',
    written: 'the certificate is for other names',
  },
  CERT_HAS_EXPIRED: { rule: 'certificate-expired' },
  CERT_NOT_YET_VALID: { rule: 'certificate-not-yet-valid' },
  CERT_REVOKED: { rule: 'certificate-revoked' },
}

/** pg 8 gives these two no code (pg 8.23.1 connection.js:86-92). */
const BY_MESSAGE: Record<string, Meaning> = {
  'The server does not support SSL connections': { rule: 'server-ssl-off' },
  'There was an error establishing an SSL connection': {
    rule: 'handshake-failed',
    written: 'the answer to SSLRequest was neither S nor N',
  },
}
