import {
  type Answer,
  type Dialled,
  judgeSession,
  observeTls,
  type SessionReport,
} from '@verify-full/core'
import type { PgClient } from './driver.js'

/** Judges the session of a client; returns the refusal, or keeps the report. */
export function recordSession(
  client: PgClient,
  dialled: Dialled,
  answer: Omit<Answer, 'local' | 'processID'>,
): unknown {
  const { stream, sslNegotiation } = client.connection
  const local = observeTls(stream, sslNegotiation === 'direct' ? 'direct' : 'postgres')
  const judged = judgeSession(dialled, { ...answer, local, processID: client.processID })
  if (judged.refused) return judged.refused
  sessions.set(client, judged.report)
  return undefined
}

/** The report of the session that a guarded client holds. */
export const sessionOf = (client: PgClient): SessionReport | undefined => sessions.get(client)

const sessions = new WeakMap<PgClient, SessionReport>()
