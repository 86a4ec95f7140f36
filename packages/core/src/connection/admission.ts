import { publish } from '../events.js'
import { type Accepted, judge } from '../judge.js'
import type { Plan } from '../model.js'
import type { Policy } from '../policy.js'
import { isLoopback } from '../protection.js'
import { type Report, whose } from '../report.js'
import type { Finding } from '../rules.js'
import { CONNECTION } from './handshake.js'
import { codeOf, refusal } from './refusal.js'

/** A plan that may be dialled, or the refusal. */
export type Admission =
  | { readonly refused: ReturnType<typeof refusal>; readonly accepted?: undefined }
  | { readonly refused?: undefined; readonly accepted: Accepted<Plan>; readonly report: Report }

/** Judges a plan that is about to be dialled, and publishes what came of it. For adapters. */
export function admit(plan: Plan, policy: Policy, also: readonly Finding[]): Admission {
  const { accepted, report } = judge({ plan }, policy, { also })
  for (const waived of report.waived) {
    publish('verify-full:waived', { ...whose(plan), ...waived })
  }
  if (!accepted) return { refused: refusal(codeOf(report.violations), report) }
  if (report.violations.length > 0) publish('verify-full:violation', report)
  return { accepted, report }
}

/** Where a connection without TLS has arrived, if only loopback may do without. For adapters. */
export function arrivalFindings(
  { endpoint, transports: [transport] }: Plan,
  { local }: Policy,
  remoteAddress = '',
): readonly Finding[] {
  if (transport.kind === 'tls' || endpoint.kind !== 'tcp' || local !== 'accept-loopback') return []
  const away = !isLoopback(remoteAddress.replace(/^::ffff:/, ''))
  return away ? [{ rule: 'plaintext-allowed', origin: CONNECTION }] : []
}
