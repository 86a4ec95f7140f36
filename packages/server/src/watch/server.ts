import type { Policy } from '@verify-full/core'
import type { AuditTarget } from '../audit/types.js'
import type { Connection, Query } from '../live/types.js'
import { orAbort } from '../or-abort.js'
import type { ProbeTarget } from '../probe/probe.js'
import { CLOCK } from './clock.js'
import { type Inside, type Kept, lookInside, rightsOf } from './inside.js'
import { lookOutside } from './outside.js'
import type { Clock, IgnoredSession, Look, WatchedPool } from './types.js'

/** One server that is watched: at most one session, kept from look to look. */
export interface WatchedServer {
  readonly cluster: string
  readonly server: string
  look(signal: AbortSignal): Promise<Look>
  close(): Promise<void>
}

export interface Looking {
  readonly policy: Policy
  readonly ignore: readonly IgnoredSession[]
  readonly timeoutMillis: number
  readonly clock: Clock
}

const GOODBYE = 1000
const NEVER = new AbortController().signal
const NONE: Inside = { unseen: [] }
const NOT_FROM_OUTSIDE = { certificates: [], withoutTls: [] } as const

/** A server of a target: outside by a handshake, inside by one query on the kept connection. */
export function watchedServer(
  target: AuditTarget,
  server: ProbeTarget,
  looking: Looking,
): WatchedServer {
  const { policy, ignore, timeoutMillis, clock } = looking
  const shown = `${server.host.includes(':') ? `[${server.host}]` : server.host}:${server.port}`
  const names = { cluster: target.name ?? shown, server: shown }
  let kept: Kept | undefined
  const drop = async (): Promise<void> => {
    const connection = kept?.connection
    kept = undefined
    // A server that does not answer does not say goodbye either.
    await Promise.race([connection?.close(), CLOCK.sleep(GOODBYE, NEVER)])
  }
  const inside = async (signal: AbortSignal): Promise<Inside> => {
    if (!target.connect) return NONE
    const ask = ({ connection, rights }: Kept): Promise<Inside> =>
      lookInside(connection.query, rights, policy, ignore)
    if (kept) {
      try {
        return await orAbort(ask(kept), signal)
      } catch {
        // The connection may have died since the last look: that says nothing about the server.
        signal.throwIfAborted()
        void drop()
      }
    }
    kept = await open(target, server, signal)
    return ask(kept)
  }
  return {
    ...names,
    look: (signal) =>
      timed(names, clock, async (at) => {
        const outside = await lookOutside(target, server, at, timeoutMillis, signal)
        if (outside.failure !== undefined) {
          // Not waited for: it leads to a server that does not answer.
          void drop()
          return { ...outside, unseen: [] }
        }
        const deadline = AbortSignal.any([signal, AbortSignal.timeout(2 * timeoutMillis)])
        try {
          return { ...outside, ...(await orAbort(inside(deadline), deadline)) }
        } catch (error) {
          void drop()
          signal.throwIfAborted()
          return { ...outside, failure: codeOf(error), unseen: [] }
        }
      }),
    close: drop,
  }
}

async function open(target: AuditTarget, server: ProbeTarget, signal: AbortSignal): Promise<Kept> {
  const connection = (await target.connect?.(server, signal)) as Connection
  try {
    // Too late: the look that wanted it is over, and the next one opens its own.
    signal.throwIfAborted()
    return { connection, rights: await rightsOf(connection.query) }
  } catch (error) {
    void connection.close()
    throw error
  }
}

/** The application's own pool: nothing is seen from outside, and no connection is added. */
export function watchedPool(
  pool: WatchedPool,
  { policy, ignore, timeoutMillis, clock }: Looking,
): WatchedServer {
  const names = { cluster: 'pool', server: 'pool' }
  const query: Query = async (sql) => (await pool.query(sql)).rows
  return {
    ...names,
    look: (signal) =>
      timed(names, clock, async () => {
        const deadline = AbortSignal.any([signal, AbortSignal.timeout(2 * timeoutMillis)])
        const ask = async (): Promise<Inside> =>
          lookInside(query, await rightsOf(query), policy, ignore)
        try {
          return { ...NOT_FROM_OUTSIDE, ...(await orAbort(ask(), deadline)) }
        } catch (error) {
          signal.throwIfAborted()
          return { ...NOT_FROM_OUTSIDE, failure: codeOf(error), unseen: [] }
        }
      }),
    close: async () => {},
  }
}

async function timed(
  names: Pick<Look, 'cluster' | 'server'>,
  clock: Clock,
  run: (at: Date) => Promise<Omit<Look, 'cluster' | 'server' | 'at' | 'millis'>>,
): Promise<Look> {
  const at = clock.now()
  const started = performance.now()
  const seen = await run(at)
  return { ...names, at, millis: performance.now() - started, ...seen }
}

/** A code and nothing else: an error's message may name the user. */
function codeOf(error: unknown): string {
  const { code, name, violations } = error as {
    code?: unknown
    name?: unknown
    violations?: readonly { rule: string }[]
  }
  if (name === 'TimeoutError') return 'ETIMEDOUT'
  const rules = violations?.map(({ rule }) => rule).join(', ')
  return `${String(code ?? 'unknown')}${rules ? `: ${rules}` : ''}`
}
