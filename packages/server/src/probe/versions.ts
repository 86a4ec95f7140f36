import type { TlsVersion } from '@verify-full/core'
import type { VersionAnswer } from './types.js'

/** The version that a handshake ended with, or why there is none. */
export type Spoken = TlsVersion | Exclude<VersionAnswer, 'accepted'>
type Ask = (oldest: TlsVersion, newest: TlsVersion) => Promise<Spoken>
type Answers = Readonly<Partial<Record<TlsVersion, VersionAnswer>>>

/** What other handshakes have told already. */
export interface Known {
  /** Of both versions. */
  readonly both?: Spoken | undefined
  /** Of the older one alone. */
  readonly older?: Spoken | undefined
}

/**
 * Which of two TLS versions a server speaks. It speaks the newest of those it is offered that it knows
 * (RFC 8446, 4.2.1; RFC 5246, E.1), so a pair takes two handshakes at most, and one where both are refused.
 * Every TLS library does that, PostgreSQL's included: a server that chose the older one would be told as not
 * speaking the newer one, which is what a client that offers both would find, and never as stricter than it
 * is. One that refuses an offer because of the newer version in it is told as refusing both.
 */
export async function tryPair(
  older: TlsVersion,
  newer: TlsVersion,
  ask: Ask,
  known: Known = {},
): Promise<Answers> {
  const spoken = known.both ?? (await ask(older, newer))
  const alone = spoken === newer ? (known.older ?? (await ask(older, older))) : spoken
  return { [older]: answer(older, alone), [newer]: answer(newer, spoken) }
}

function answer(version: TlsVersion, spoken: Spoken): VersionAnswer {
  if (spoken === version) return 'accepted'
  return spoken === 'no-answer' || spoken === 'not-testable' ? spoken : 'refused'
}
