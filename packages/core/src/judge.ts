import { describe } from './format.js'
import type { Plan, Session } from './model.js'
import type { Policy } from './policy.js'
import { plaintextSession } from './protection.js'
import type { Report, Waived } from './report.js'
import {
  type Context,
  driverOf,
  type Finding,
  type RuleId,
  rules,
  type Subject,
  type Violation,
} from './rules.js'

declare const accepted: unique symbol
/** Proof of judgement: only {@link judge} makes one, and only an accepted plan can be pinned. */
export type Accepted<T> = T & { readonly [accepted]: true }

export type Verdict<T> =
  | { readonly accepted: Accepted<T>; readonly report: Report }
  | { readonly accepted?: undefined; readonly report: Report }

/** What a judgement depends on besides its subject; the clock is an argument. */
export interface Circumstances {
  readonly now?: Date
  /** Findings made elsewhere (an unusable root.crt, a failed handshake), to be judged with the rest. */
  readonly also?: readonly Finding[]
}

/**
 * Applies every rule to a plan or a session: pure, no I/O. A server's posture is `judgePosture`'s.
 *
 * @example
 * import { definePolicy, judge, planPg } from '@verify-full/core'
 *
 * const plans = planPg({ connectionString: 'postgres://db.example.com/app?sslmode=prefer' }, {})
 * export const verdicts = plans.map((plan) => judge({ plan }, definePolicy()))
 * // accepted is undefined, report.violations[0].rule is 'sslmode-below-verify-full'
 */
export function judge(
  subject: { plan: Plan },
  policy: Policy,
  circumstances?: Circumstances,
): Verdict<Plan>
export function judge(
  subject: { session: Session },
  policy: Policy,
  circumstances?: Circumstances,
): Verdict<Session>
export function judge(
  subject: { plan: Plan } | { session: Session },
  policy: Policy,
  { now = new Date(), also = [] }: Circumstances = {},
): Verdict<Plan | Session> {
  const [looksAt, judged] = Object.entries(subject)[0] as ['plan' | 'session', Plan | Session]
  const context = { policy, now }
  const findings = rules.flatMap((rule) => {
    const seen = rule.looksAt === looksAt ? rule.test(judged as never, context) : []
    return seen.map((found) => ({ ...found, rule: rule.id }))
  })
  return settle(judged, findings, also, context)
}

/** The verdict on what was found: severities, waivers, report. Of a subject's judge only. */
export function settle<T extends Subject>(
  judged: T,
  findings: readonly Finding[],
  also: readonly Finding[],
  context: Context,
): Verdict<T> {
  const { policy, now } = context
  const violations: Violation[] = []
  const warnings: Violation[] = []
  const waived: Waived[] = []
  const host = judged.endpoint.kind === 'tcp' ? judged.endpoint.host : judged.endpoint.path
  const waiverFor = (rule: RuleId) =>
    policy.waivers.find(
      (waiver) => waiver.rule === rule && waiver.host.toLowerCase() === host.toLowerCase(),
    )
  const place = ({ rule, origin }: Finding) => `${rule} ${origin.via} ${origin.key}`
  // What was found by I/O is not said again by the rule that only sees its consequence.
  const known = new Set(also.map(place))
  const weigh = (finding: Finding) => {
    const violation = describe(finding, judged, context)
    const waiver = waiverFor(finding.rule)
    if (violation.severity === 'warning') warnings.push(violation)
    else if (!waiver) violations.push(violation)
    else if (waiver.until > now)
      waived.push({ violation, reason: waiver.reason, until: waiver.until })
    else {
      const expired = { rule: 'waiver-expired', origin: WAIVERS, written: finding.rule } as const
      violations.push(describe(expired, judged, context), violation)
    }
  }
  for (const finding of [...also, ...findings.filter((finding) => !known.has(place(finding)))]) {
    weigh(finding)
  }
  // Waiving what is written does not waive the session: refused now, not when the password is sent.
  const sessionWaived = (waiverFor('session-not-ssl')?.until ?? now) > now
  if ('transports' in judged && violations.length === 0 && !sessionWaived) {
    for (const finding of plaintextSession(judged, policy)) weigh(finding)
  }
  const rank = (violation: Violation) => rules.findIndex((rule) => rule.id === violation.rule)
  violations.sort((a, b) => rank(a) - rank(b))
  // pg throws for the value where there is TLS, and ends where there is none: that plaintext never comes. It stays
  // what is judged, for a waiver of the value alone lets nothing through.
  const fatal = violations.find(({ rule }) => rule === 'ssl-value-fatal')
  const ghost = violations.findIndex(
    ({ rule, origin }) => rule === 'plaintext-allowed' && origin.key === fatal?.origin.key,
  )
  if (ghost >= 0) violations.splice(ghost, 1)
  const enforced = !policy.reportOnly || violations.length === 0
  const { endpoint } = judged
  const named = 'name' in judged && judged.name !== undefined ? { name: judged.name } : {}
  const report = Object.freeze({
    driver: driverOf(judged),
    ...named,
    endpoint,
    violations,
    warnings,
    waived,
    enforced,
  })
  if (violations.length > 0 && enforced) return { report }
  proven.add(judged)
  return { accepted: judged as Accepted<T>, report }
}

/** Whether `judge` accepted exactly this object; a forged type does not pass. */
export const isAccepted = <T extends Subject>(subject: T): subject is Accepted<T> =>
  proven.has(subject)

const proven = new WeakSet<Subject>()
const WAIVERS = { via: 'option', key: 'dangerouslyAllow' } as const
