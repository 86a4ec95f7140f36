import { daysUntil } from '@verify-full/core'
import type { AddressOffer, TlsOffer } from '../probe/types.js'
import { type Diagnosis, STEPS, type Step, type StepId } from './types.js'

type Established = Extract<TlsOffer, { kind: 'established' }>

/** What a step that passed has to show, from the first address that got that far. */
const DETAILS: Partial<
  Record<StepId, (offer: AddressOffer, tls: Established | undefined) => string>
> = {
  tcp: ({ address }) => `${address} connected`,
  'ssl request': ({ ssl }) => (ssl === undefined ? 'not sent (direct TLS)' : `answered ${ssl}`),
  'tls handshake': (_, tls) => (tls ? `${tls.version}, ${tls.cipher}` : ''),
  'certificate chain': (_, tls) =>
    tls?.verdict.path.map(({ subject }) => subject || '(empty)').join(' <- ') ?? '',
  'host name': (_, tls) => tls?.presented[0]?.names.join(', ') ?? '',
  startup: ({ encrypted }) =>
    encrypted?.kind === 'authentication'
      ? `authentication: ${encrypted.mechanisms.join(', ') || encrypted.method}`
      : 'the server goes on',
}

/** The steps between the resolver and the session, as far as the addresses got. */
export function networkSteps(
  addresses: readonly AddressOffer[],
  diagnoses: readonly Diagnosis[],
  { now, expiryDays, startup }: { now: Date; expiryDays: number; startup: boolean },
): readonly Step[] {
  const ids = STEPS.slice(STEPS.indexOf('tcp'), STEPS.indexOf('session'))
  const failed = new Map(diagnoses.map(({ step, problem }) => [step, problem]))
  const connected = addresses.filter(({ tcp }) => tcp.connected)
  const first = connected[0]
  const tls = first?.tls?.kind === 'established' ? first.tls : undefined
  // Beyond the handshake all questions are answered, whichever of them failed; before it, the first stops.
  const blocked = ids.findIndex((id) => failed.has(id) && STOPPING.includes(id))
  return ids.map((id, index): Step => {
    const problem = failed.get(id)
    if (problem !== undefined) return { id, status: 'failed', detail: problem }
    if (!first || (blocked >= 0 && index > blocked)) return { id, status: 'skipped', detail: '' }
    if (!tls && ids.indexOf('tls handshake') <= index)
      return { id, status: 'skipped', detail: LEFT }
    if (id === 'startup' && (!startup || !first.encrypted)) {
      return { id, status: 'skipped', detail: 'not sent: the server is not verified' }
    }
    if (id === 'dates') return datesStep(tls, now, expiryDays)
    const silent = addresses.length - connected.length
    const detail = DETAILS[id]?.(first, tls) ?? ''
    return id === 'tcp' && silent > 0
      ? {
          id,
          status: 'warning',
          detail: `${detail}; ${silent} of ${addresses.length} addresses did not`,
        }
      : { id, status: 'passed', detail }
  })
}

/** A handshake that failed and is no cause: see causesOf. */
const LEFT = 'left to the session, which presents the client certificate'

const STOPPING: readonly StepId[] = ['tcp', 'ssl request', 'tls handshake']

function datesStep(tls: Established | undefined, now: Date, expiryDays: number): Step {
  const ends = tls?.verdict.path.map(({ validTo }) => validTo.getTime()) ?? []
  if (ends.length === 0) return { id: 'dates', status: 'skipped', detail: '' }
  const soonest = new Date(Math.min(...ends))
  const days = daysUntil(soonest, now)
  return {
    id: 'dates',
    status: days < expiryDays ? 'warning' : 'passed',
    detail: `valid until ${soonest.toISOString().slice(0, 10)}, ${days} days left`,
  }
}
