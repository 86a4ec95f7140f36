import type { TlsVersion } from '@verify-full/core'
import type { VersionAnswer } from './types.js'

/** The version that a handshake ended with, or why there is none. */
export type Spoken = TlsVersion | Exclude<VersionAnswer, 'accepted'>
type Ask = (oldest: TlsVersion, newest: TlsVersion) => Promise<Spoken>

/**
 * Which TLS versions a server speaks. It speaks the newest of those it is offered that it knows (RFC 8446,
 * 4.2.1; RFC 5246, E.1), so a pair of versions takes two handshakes at most, and one where both are refused.
 * `modern` is what a handshake with TLS 1.2 and 1.3 has ended with already.
 */
export async function tryVersions(
  modern: TlsVersion | undefined,
  ask: Ask,
): Promise<Record<TlsVersion, VersionAnswer>> {
  const pairs = await Promise.all([
    tryPair('TLSv1', 'TLSv1.1', ask),
    tryPair('TLSv1.2', 'TLSv1.3', ask, modern),
  ])
  return Object.fromEntries(pairs.flat()) as Record<TlsVersion, VersionAnswer>
}

async function tryPair(
  older: TlsVersion,
  newer: TlsVersion,
  ask: Ask,
  known?: Spoken,
): Promise<readonly (readonly [TlsVersion, VersionAnswer])[]> {
  const spoken = known ?? (await ask(older, newer))
  const alone = spoken === newer ? await ask(older, older) : spoken
  return [
    [older, answer(older, alone)],
    [newer, answer(newer, spoken)],
  ]
}

function answer(version: TlsVersion, spoken: Spoken): VersionAnswer {
  if (spoken === version) return 'accepted'
  return spoken === 'no-answer' || spoken === 'not-testable' ? spoken : 'refused'
}
