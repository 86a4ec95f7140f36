import type { TlsVersion } from '@verify-full/core'
import { type DirectSaid, tryDirect } from './direct.js'
import { dial, failureOf, type Target, within } from './exchange.js'
import { offerTls, requestSsl, speak, type Trust } from './handshake.js'
import type { ProbeOptions } from './probe.js'
import { startUp } from './startup.js'
import type { AddressOffer, ProbeTest, StartupAnswer } from './types.js'
import { type Spoken, tryPair } from './versions.js'

/** The options with their defaults. */
export interface Settled extends Pick<ProbeOptions, 'roots' | 'negotiation'>, Pick<Trust, 'now'> {
  readonly tests: readonly ProbeTest[]
  readonly startup: Buffer | undefined
  readonly timeoutMillis: number
}

/** Asked on connections of their own, as soon as the first one has shown that somebody listens. */
interface Beside {
  direct?: Promise<DirectSaid>
  plaintext?: Promise<StartupAnswer>
  old?: ReturnType<typeof tryPair>
}

/** Asks one address everything that is to be asked. */
export async function visit(
  target: Target,
  options: Settled,
  whole: AbortSignal,
): Promise<AddressOffer> {
  const { tests, startup, timeoutMillis, negotiation } = options
  const bounded = <T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> =>
    within(timeoutMillis, whole, run)
  const ask = (oldest: TlsVersion, newest: TlsVersion): Promise<Spoken> =>
    bounded((signal) => speak(target, oldest, newest, signal))
  const beside: Beside = {}
  const first = await greet(target, options, whole, () => {
    if (tests.includes('versions') && negotiation !== 'direct') {
      beside.old = tryPair('TLSv1', 'TLSv1.1', ask)
    }
    if (tests.includes('direct')) beside.direct = tryDirect(target, bounded)
    if (tests.includes('plaintext') && startup) {
      beside.plaintext = bounded((signal) => tryPlaintext(target, startup, signal))
    }
  })
  const [old, direct, plaintext] = await Promise.all([beside.old, beside.direct, beside.plaintext])
  const known = { both: spokenIn(first), older: direct?.spoken }
  const modern = old && first.ssl === 'S' && (await tryPair('TLSv1.2', 'TLSv1.3', ask, known))
  return {
    ...first,
    ...(modern ? { versions: { ...old, ...modern } as Required<typeof modern> } : {}),
    ...(direct ? { direct: direct.answer } : {}),
    ...(plaintext ? { plaintext } : {}),
  }
}

/** TCP, SSLRequest, the handshake and, where it is trusted, a StartupMessage: all on one connection. */
function greet(
  target: Target,
  options: Settled,
  whole: AbortSignal,
  connected: () => void,
): Promise<AddressOffer> {
  const { address } = target
  const { roots, now, startup, tests } = options
  const direct = options.negotiation === 'direct'
  return within(options.timeoutMillis, whole, async (signal) => {
    const socket = await dial(target, signal).catch(failureOf)
    if ('kind' in socket) return { address, tcp: { connected: false, failure: socket } }
    connected()
    const tcp = { connected: true } as const
    const ssl = direct ? undefined : await requestSsl(socket)
    const reached = { address, tcp, ...(ssl ? { ssl } : {}) }
    if (ssl !== 'S' && !direct) return reached
    const { offer, stream } = await offerTls(socket, target, { roots, now, direct })
    const asked = tests.includes('encrypted') && startup
    if (!stream || !asked || offer.kind !== 'established' || !offer.trusted) {
      return { ...reached, tls: offer }
    }
    return { ...reached, tls: offer, encrypted: await startUp(stream, startup) }
  })
}

/** The first handshake offers TLS 1.2 and 1.3. */
const spokenIn = ({ tls }: AddressOffer): TlsVersion | undefined =>
  tls?.kind === 'established' ? (tls.version as TlsVersion) : undefined

async function tryPlaintext(
  target: Target,
  startup: Buffer,
  signal: AbortSignal,
): Promise<StartupAnswer> {
  const socket = await dial(target, signal).catch(failureOf)
  if ('kind' in socket) return { kind: 'no-answer', failure: socket }
  return startUp(socket, startup)
}
