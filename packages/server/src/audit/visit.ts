import type { ServerPosture } from '@verify-full/core'
import { look } from '../live/look.js'
import type { Connection, LiveFacts, Unseen } from '../live/types.js'
import { orAbort } from '../or-abort.js'
import { type ProbeTarget, probe } from '../probe/probe.js'
import type { ServerOffer } from '../probe/types.js'
import { certificateOf, isReachable, plaintextAnswerOf } from './findings.js'
import type { AuditOptions, AuditTarget } from './types.js'
import { unanswered } from './unanswered.js'

/** One server, looked at from outside and, where that is possible, from inside. */
export interface Visit {
  readonly server: ProbeTarget
  readonly discovered: boolean
  readonly offer: ServerOffer
  readonly live?: LiveFacts
  readonly posture: ServerPosture
  readonly unseen: readonly Unseen[]
}

/** The parts of {@link AuditOptions} that a visit needs, with their defaults. */
export interface Visiting extends Pick<AuditOptions, 'tests' | 'lookup'> {
  readonly timeoutMillis: number
  readonly now: () => Date
  readonly signal: AbortSignal
}

export async function visit(
  target: AuditTarget,
  server: ProbeTarget,
  discovered: boolean,
  { tests, lookup, timeoutMillis, now, signal }: Visiting,
): Promise<Visit> {
  const offer = await probe(server, {
    ...(target.roots ? { roots: target.roots } : {}),
    ...(target.account ? { account: target.account } : {}),
    ...(tests ? { tests } : {}),
    ...(lookup ? { lookup } : {}),
    now: now(),
    timeoutMillis,
    signal,
  })
  const asked =
    target.connect && isReachable(offer) ? await ask(target, server, timeoutMillis, signal) : {}
  const { live, failed } = asked
  const certificate = certificateOf(offer)
  const plaintextAnswer = plaintextAnswerOf(offer)
  const outside = unanswered(offer, { plaintext: tests?.includes('plaintext') ?? true })
  return {
    server,
    discovered,
    offer,
    ...(live ? { live } : {}),
    posture: {
      endpoint: { kind: 'tcp', ...server },
      ...(live ? { settings: live.settings } : {}),
      ...(live?.hba ? { hba: live.hba } : {}),
      ...(live?.sessions ? { sessions: live.sessions } : {}),
      ...(certificate ? { certificate } : {}),
      ...(plaintextAnswer ? { plaintextAnswer } : {}),
    },
    unseen: [...outside, ...(failed ? [failed] : []), ...(live?.unseen ?? [])],
  }
}

/** Asks through a connection, all of it within three times the limit of one exchange. */
async function ask(
  target: AuditTarget,
  server: ProbeTarget,
  timeoutMillis: number,
  signal: AbortSignal,
): Promise<{ live?: LiveFacts; failed?: Unseen }> {
  const deadline = AbortSignal.timeout(3 * timeoutMillis)
  const either = AbortSignal.any([signal, deadline])
  let connection: Connection | undefined
  try {
    connection = await orAbort(opened(target, server, either), either)
    return { live: await orAbort(look(connection), either) }
  } catch (error) {
    signal.throwIfAborted()
    return { failed: deadline.aborted ? TIMEOUT : refused(error) }
  } finally {
    // Not waited for: a server that does not answer does not say goodbye either.
    void connection?.close()
  }
}

/** A connection that comes too late is closed by whoever gets it: nobody else knows of it. */
async function opened(
  target: AuditTarget,
  server: ProbeTarget,
  signal: AbortSignal,
): Promise<Connection> {
  const connection = await target.connect?.(server, signal)
  if (!connection) throw new TypeError('audit: connect() gave no connection')
  if (signal.aborted) {
    void connection.close()
    signal.throwIfAborted()
  }
  return connection
}

const INSIDE = 'settings, pg_hba.conf, sessions and replicas'

const TIMEOUT: Unseen = {
  what: INSIDE,
  why: 'the server did not answer in time (ETIMEDOUT)',
  fix: 'look at the server: it accepts connections and does not serve them',
}

/** Only a code and violated rules: an error's message may name the user. */
function refused(error: unknown): Unseen {
  const { code, violations } = error as { code?: unknown; violations?: { rule: string }[] }
  const rules = violations?.map(({ rule }) => rule).join(', ')
  const why = rules ? `${String(code)}: ${rules}` : String(code ?? 'unknown error')
  return {
    what: INSIDE,
    why: `no verified connection (${why})`,
    fix: 'verify-full doctor with the same connection string says what is wrong with it',
  }
}
