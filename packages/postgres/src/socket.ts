import type { Socket } from 'node:net'
import {
  admit,
  type GivenTlsOptions,
  loadTrust,
  type Plan,
  type Policy,
  PolicyError,
  type PostgresReading,
  pinnedTlsOptions,
  planPostgresReading,
  type SessionReport,
  vouch,
} from '@verify-full/core'
import { type Dials, dial } from './dial.js'
import { fail, failedSocket } from './failure.js'
import { shutGate } from './gate.js'

/** Who configured it, for plans and messages: a library's name, and which of its connections. */
export type Placement = Pick<Plan, 'driver' | 'name'>

/** What the guard knows of one `sql`. */
export interface Guarded {
  readonly policy: Policy
  readonly reading: PostgresReading
  readonly placement: Placement | undefined
  readonly dials: Dials
}

/** The part of postgres.js's parsed options that is read here. */
interface Parsed {
  host?: readonly unknown[]
  readonly connect_timeout?: unknown
  readonly target_session_attrs?: unknown
}

/** postgres.js's documented `socket` option; cancel requests take it too. */
export type SocketFunction = (options: Parsed) => Promise<Socket>

/**
 * The guard as a `socket` option: judged by what the configuration holds at that moment, pinned, gated.
 * Of several hosts the first that may be connected to is taken, as libpq does; after a session that does
 * not fit `target_session_attrs`, the one after it.
 */
export function guardedSocket(
  guarded: Guarded,
  accepted: (report: SessionReport) => void = () => {},
): SocketFunction {
  let start = 0
  return async (options) => {
    const plans = plansOf(guarded)
    const errors: unknown[] = []
    for (let tried = 0; tried < plans.length; tried++) {
      const index = (start + tried) % plans.length
      const plan = plans[index]
      if (!plan) continue
      try {
        const socket = await open(plan, guarded, options, accepted)
        if (options.target_session_attrs) start = index + 1
        return socket
      } catch (error) {
        errors.push(error)
      }
    }
    const refused = errors.find((error) => error instanceof PolicyError)
    return failedSocket((refused ?? errors.at(-1)) as Error, options)
  }
}

/** The plans of a guarded `sql`, by what its configuration holds now. */
export const plansOf = ({ reading, placement }: Guarded): Plan[] =>
  planPostgresReading(reading, process.env).map((plan) => ({ ...plan, ...placement }))

async function open(
  plan: Plan,
  { policy, reading: { ssl }, dials }: Guarded,
  options: Parsed,
  accepted: (report: SessionReport) => void,
): Promise<Socket> {
  const trust = loadTrust(plan, policy)
  const admission = admit(plan, policy, trust.findings)
  if (admission.refused) throw admission.refused
  const given: GivenTlsOptions = typeof ssl === 'object' && ssl !== null ? ssl : {}
  const pinned = policy.reportOnly
    ? undefined
    : pinnedTlsOptions(admission.accepted, policy, trust, given)
  const { connect_timeout: seconds } = options
  const connectTimeout = typeof seconds === 'number' ? seconds * 1000 : 0
  const roots = trust.roots?.source ?? null
  const socket = await dial({ plan, policy, roots, pinned, ssl, connectTimeout, dials })
  vouch(socket)
  shutGate(
    socket,
    { plan, policy, report: admission.report, roots },
    {
      accepted,
      refused: (error) => fail(socket, error, options),
    },
  )
  return socket
}

/**
 * Makes `sql.end()` end what is being dialled, too: postgres.js 3.4.9 has no socket then that it could
 * close, and would go on to authenticate on one that nobody waits for any more.
 */
export function endDialsWith(
  sql: { end(options?: unknown): Promise<unknown> },
  dials: Dials,
): void {
  const { end } = sql
  sql.end = async (options) => {
    try {
      return await end(options)
    } finally {
      dials.ended = true
      for (const raw of dials.open) raw.destroy()
    }
  }
}

export const newDials = (): Dials => ({ open: new Set(), ended: false })
