import {
  daysUntil,
  type Finding,
  judge,
  type Plan,
  type Policy,
  publish,
  type Report,
  type Session,
  type SessionReport,
} from '@verify-full/core'
import type { PgClient } from './driver.js'
import { observe } from './handshake.js'
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

interface Answer {
  readonly asks: boolean
  readonly row: readonly (string | null)[] | undefined
  readonly failure: { readonly code?: string } | undefined
  readonly bound: boolean
}

/** Judges what the connection did; returns the refusal, or records the session and publishes it. */
export function judgeSession(
  client: PgClient,
  { plan, policy, report: before, roots }: Dialled,
  { asks, row, failure, bound }: Answer,
): unknown {
  const now = new Date()
  const session: Session = {
    driver: plan.driver,
    ...(plan.name === undefined ? {} : { name: plan.name }),
    endpoint: plan.endpoint,
    local: observe(client.connection),
    ...(asks ? { server: readAnswer(row, client.processID) } : {}),
    channelBinding: bound,
  }
  const also: Finding[] = failure
    ? [{ rule: 'session-not-ssl', origin: PG_STAT_SSL, written: `SQLSTATE ${failure.code}` }]
    : []
  const verdict = judge({ session }, policy, { now, also })
  const { report } = verdict
  if (!verdict.accepted) return refusal('ERR_VERIFY_FULL_SESSION', report)
  if (report.violations.length > 0) publish('verify-full:violation', report)
  const certificate = session.local?.certificate
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
  sessions.set(client, accepted)
  publish('verify-full:session', accepted)
  if (certificate && report.warnings.some(({ rule }) => rule === 'certificate-expiring')) {
    const daysLeft = daysUntil(certificate.validTo, now)
    publish('verify-full:certificate-expiring', { endpoint: plan.endpoint, certificate, daysLeft })
  }
  return undefined
}

/** The report of the session that a guarded client holds. */
export const sessionOf = (client: PgClient): SessionReport | undefined => sessions.get(client)

const sessions = new WeakMap<PgClient, SessionReport>()
const PG_STAT_SSL = { via: 'default', key: 'pg_stat_ssl' } as const
