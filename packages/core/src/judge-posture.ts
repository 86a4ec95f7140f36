import { type Circumstances, settle, type Verdict } from './judge.js'
import type { Policy } from './policy.js'
import type { ServerPosture } from './posture.js'
import {
  caMissing,
  drifted,
  inPlaintext,
  oldTls,
  opensToAnyone,
  opensToPlaintext,
  sslOff,
} from './posture-rules.js'
import { CERTIFICATE, type Context, expiring, type Found, RULE_IDS, type RuleId } from './rules.js'

/**
 * Applies every rule to a server's posture, as `judge` does to a plan or a session: pure, no I/O.
 *
 * @example
 * import { definePolicy } from '@verify-full/core'
 * import { judgePosture, parseHba } from '@verify-full/core/offline'
 *
 * const endpoint = { kind: 'tcp', host: 'db.example.com', port: 5432 } as const
 * const hba = parseHba('host all all 0.0.0.0/0 scram-sha-256').entries
 * export const { report } = judgePosture({ endpoint, hba }, definePolicy())
 * // report.violations[0].rule is 'hba-accepts-plaintext'
 */
export function judgePosture(
  posture: ServerPosture,
  policy: Policy,
  { now = new Date(), also = [] }: Circumstances = {},
): Verdict<ServerPosture> {
  const context = { policy, now }
  const findings = RULE_IDS.flatMap((rule) =>
    (TESTS[rule]?.(posture, context) ?? []).map((found) => ({ ...found, rule })),
  )
  return settle(posture, findings, also, context)
}

/** What the rules see in a posture; some of them look at something else, too. */
const TESTS: Partial<
  Record<RuleId, (posture: ServerPosture, context: Context) => readonly Found[]>
> = {
  'certificate-expired': ({ certificate }, { now }) =>
    certificate && certificate.validTo <= now ? [{ origin: CERTIFICATE }] : [],
  'tls-version-too-low': (it, { policy }) => oldTls(it, policy),
  'server-ssl-off': sslOff,
  'hba-trust': (it, { policy }) => opensToAnyone(it, policy),
  'hba-accepts-plaintext': (it, { policy }) => opensToPlaintext(it, policy),
  'plaintext-session': (it, { policy }) => inPlaintext(it, policy),
  'replica-drift': drifted,
  'certificate-expiring': ({ certificate }, { policy, now }) =>
    certificate && certificate.validTo > now ? expiring(certificate.validTo, policy, now) : [],
  'server-ca-missing': caMissing,
}
