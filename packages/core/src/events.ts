import diagnosticsChannel from 'node:diagnostics_channel'
import type { CertificateSummary } from './model.js'
import type { Report, SessionReport, Waived, Whose } from './report.js'

/** Payload of each event; the same objects go to the `node:diagnostics_channel` of the same name. */
export interface Events {
  'verify-full:violation': Report
  'verify-full:session': SessionReport
  'verify-full:certificate-expiring': Whose & {
    readonly certificate: CertificateSummary
    readonly daysLeft: number
  }
  'verify-full:root-cert-reloaded': {
    readonly path: string
    readonly fingerprints: readonly string[]
  }
  'verify-full:waived': Whose & Waived
}

type Listener<K extends keyof Events> = (payload: Events[K]) => void

const listeners = new Map<keyof Events, Set<Listener<never>>>()

/**
 * Subscribe to what the guard sees. A listener that throws is reported as a process warning and never
 * changes a verdict.
 *
 * @example
 * import { events } from '@verify-full/core'
 *
 * events.on('verify-full:violation', ({ endpoint, violations }) => {
 *   console.error(endpoint, violations.map((violation) => violation.rule))
 * })
 */
export const events: {
  on<K extends keyof Events>(name: K, listener: Listener<K>): void
  once<K extends keyof Events>(name: K, listener: Listener<K>): void
  off<K extends keyof Events>(name: K, listener: Listener<K>): void
} = {
  on(name, listener) {
    const known = listeners.get(name) ?? new Set()
    listeners.set(name, known.add(listener as Listener<never>))
  },
  once(name, listener) {
    const once: typeof listener = (payload) => {
      events.off(name, once)
      listener(payload)
    }
    events.on(name, once)
  },
  off(name, listener) {
    listeners.get(name)?.delete(listener as Listener<never>)
  },
}

/** Publishes one event to `events` and to its diagnostics channel. For adapters. */
export function publish<K extends keyof Events>(name: K, payload: Events[K]): void {
  for (const listener of [...(listeners.get(name) ?? [])]) {
    try {
      ;(listener as Listener<K>)(payload)
    } catch {
      process.emitWarning(`A listener of ${name} threw.`, { code: 'VERIFY_FULL_LISTENER' })
    }
  }
  const channel = diagnosticsChannel.channel(name)
  if (channel.hasSubscribers) channel.publish(payload)
}
