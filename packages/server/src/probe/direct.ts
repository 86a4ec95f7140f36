import type { TlsVersion } from '@verify-full/core'
import { contextFor } from './contexts.js'
import { dial, failureOf, type Target } from './exchange.js'
import { DIRECT, shakeHands } from './handshake.js'
import type { DirectAnswer } from './types.js'

/** What a handshake without SSLRequest came to. */
export interface DirectSaid {
  readonly answer: DirectAnswer
  /** The version it was accepted with. */
  readonly spoken?: TlsVersion
}

/**
 * Whether a handshake is accepted without SSLRequest, with ALPN `postgresql`. TLS 1.2 is offered first: what
 * accepts that has answered the question for TLS 1.2 with it, and each connection costs PostgreSQL a process.
 * A refusal in TLS may be about the version, so the newer one is offered then; PostgreSQL before 17 takes
 * the handshake for a broken startup packet and closes.
 */
export async function tryDirect(
  target: Target,
  bounded: <T>(run: (signal: AbortSignal) => Promise<T>) => Promise<T>,
): Promise<DirectSaid> {
  const older = await bounded((signal) => shake(target, 'TLSv1.2', signal))
  if (older !== 'tls') return older
  const newer = await bounded((signal) => shake(target, 'TLSv1.3', signal))
  return newer === 'tls' ? { answer: 'refused' } : newer
}

async function shake(
  target: Target,
  version: TlsVersion,
  signal: AbortSignal,
): Promise<DirectSaid | 'tls'> {
  try {
    const socket = await dial(target, signal)
    const secureContext = contextFor(version, version)
    const stream = await shakeHands(socket, target.host, { ...DIRECT, secureContext })
    if (stream.alpnProtocol !== 'postgresql') return { answer: 'without-alpn' }
    return { answer: 'accepted', spoken: version }
  } catch (error) {
    const { kind } = failureOf(error)
    if (kind === 'tls') return kind
    return { answer: kind === 'closed' ? 'refused' : 'no-answer' }
  }
}
