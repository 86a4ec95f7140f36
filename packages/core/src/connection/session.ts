import type { PolicyError } from '../errors.js'
import { publish } from '../events.js'
import { judge } from '../judge.js'
import type { LocalTls, Plan, Session } from '../model.js'
import type { Policy } from '../policy.js'
import { type Report, type SessionReport, whose } from '../report.js'
import { daysUntil, type Finding } from '../rules.js'
import { readAnswer } from './question.js'
import { refusal } from './refusal.js'

/** What was accepted before the connection was opened. */
export interface Dialled {
  readonly plan: Plan
  readonly policy: Policy
  /** Of the plan: its warnings and waivers hold for the session too. */
  readonly report: Report
  readonly roots: string | null
}

/** What the connection did, and what the server said of it. */
export interface Answer {
  readonly local: LocalTls | null
  /** Whether `pg_stat_ssl` was asked. */
  readonly asks: boolean
  readonly row: readonly (string | null)[] | undefined
  readonly failure: { readonly code?: string } | undefined
  /** Whether authentication was bound to the TLS session. */
  readonly bound: boolean
  /** Of BackendKeyData. */
  readonly processID: number | null
}

/**
 * Judges what the connection did, and publishes it; the refusal or the report of the session. For
 * adapters, whose drivers brought the answer.
 */
export function judgeSession(
  { plan, policy, report: before, roots }: Dialled,
  { local, asks, row, failure, bound, processID }: Answer,
): { readonly refused: PolicyError } | { readonly refused?: undefined; report: SessionReport } {
  const now = new Date()
  const session: Session = {
    ...whose(plan),
    local,
    ...(asks ? { server: readAnswer(row, processID) } : {}),
    channelBinding: bound,
  }
  const also: Finding[] = failure
    ? [{ rule: 'session-not-ssl', origin: PG_STAT_SSL, written: `SQLSTATE ${failure.code}` }]
    : []
  const verdict = judge({ session }, policy, { now, also })
  const { report } = verdict
  if (!verdict.accepted) return { refused: refusal('ERR_VERIFY_FULL_SESSION', report) }
  if (report.violations.length > 0) publish('verify-full:violation', report)
  const certificate = local?.certificate
  const certificateDaysLeft = certificate ? daysUntil(certificate.validTo, now) : null
  const { sessionCheck } = policy
  const accepted = Object.freeze({
    ...report,
    warnings: [...before.warnings, ...report.warnings],
    waived: [...before.waived, ...report.waived],
    session,
    certificateDaysLeft,
    roots,
    sessionCheck,
  })
  publish('verify-full:session', accepted)
  if (certificate && report.warnings.some(({ rule }) => rule === 'certificate-expiring')) {
    const daysLeft = daysUntil(certificate.validTo, now)
    publish('verify-full:certificate-expiring', { ...whose(plan), certificate, daysLeft })
  }
  return { report: accepted }
}

const PG_STAT_SSL = { via: 'default', key: 'pg_stat_ssl' } as const
