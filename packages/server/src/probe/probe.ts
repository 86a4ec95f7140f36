import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { TlsVersion } from '@verify-full/core'
import { dial, failureOf, type Target, within } from './exchange.js'
import { offerTls, requestSsl, speak, type Trust, tryDirect } from './handshake.js'
import { type Account, startUp } from './startup.js'
import type { AddressOffer, Failure, ProbeTest, ServerOffer, StartupAnswer } from './types.js'
import { tryVersions } from './versions.js'

/** What is probed: core's TCP endpoint is one. */
export interface ProbeTarget {
  /** The name that a client dials and verifies. */
  readonly host: string
  /** Dialled instead of what the name resolves to. */
  readonly hostaddr?: string
  readonly port: number
}

/** Options of {@link probe}. */
export interface ProbeOptions {
  /** Trusted certificates, PEM. @default Node's default roots */
  readonly roots?: readonly string[]
  /** For the startup attempts; without it they are not made. */
  readonly account?: Account
  /** What is asked beyond TCP, SSLRequest and one handshake. @default all */
  readonly tests?: readonly ProbeTest[]
  /**
   * How TLS begins: after an SSLRequest, or at once (`sslnegotiation`); at once, versions are not asked.
   *
   * @default 'postgres'
   */
  readonly negotiation?: 'postgres' | 'direct'
  /** The clock for the dates of certificates. @default the current time */
  readonly now?: Date
  /** Milliseconds for each exchange; the whole probe takes at most three times as long. @default 5000 */
  readonly timeoutMillis?: number
  readonly signal?: AbortSignal
  /** Turns a name into addresses. @default getaddrinfo, as every driver asks it */
  readonly lookup?: (host: string) => Promise<readonly string[]>
}

const getaddrinfo = async (host: string): Promise<readonly string[]> => {
  const found = await lookup(host, { all: true })
  return found.map(({ address }) => address)
}

const ALL: readonly ProbeTest[] = ['versions', 'direct', 'plaintext', 'encrypted']
/** A name with more addresses than this is a mistake or an attack. */
const MOST_ADDRESSES = 16

/**
 * Looks at a server from outside and without credentials: every address of the name, the answer to
 * SSLRequest, certificate and chain, TLS versions, direct TLS, and whether a StartupMessage is accepted in
 * plaintext, the real test for `hostssl`. Opens at most four connections per address at a time. What goes
 * wrong on the way is part of the result.
 *
 * @throws the signal's reason when it is aborted; TypeError for an account with a NUL in it.
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL
 * @example
 * import { probe } from '@verify-full/server'
 *
 * const { addresses } = await probe(
 *   { host: 'db.example.com', port: 5432 },
 *   { account: { user: 'app', database: 'app' } },
 * )
 * export const open = addresses.filter(({ plaintext }) => plaintext?.kind === 'authentication')
 */
export async function probe(target: ProbeTarget, options: ProbeOptions = {}): Promise<ServerOffer> {
  const { now: at = new Date(), timeoutMillis = 5000 } = options
  const signal = options.signal ?? new AbortController().signal
  signal.throwIfAborted()
  const { host, port } = target
  const offer = await within(3 * timeoutMillis, signal, async (whole) => {
    const found = await resolve(target, { lookup: getaddrinfo, ...options, timeoutMillis }, whole)
    if ('unresolved' in found) return { host, port, at, ...found, addresses: [] }
    const addresses = found.addresses.map((address) =>
      visit({ address, port, host }, { ...options, now: at, timeoutMillis }, whole),
    )
    return { host, port, at, addresses: await Promise.all(addresses) }
  })
  signal.throwIfAborted()
  return offer
}

async function resolve(
  { host, hostaddr }: ProbeTarget,
  { lookup, timeoutMillis }: Required<Pick<ProbeOptions, 'lookup' | 'timeoutMillis'>>,
  whole: AbortSignal,
): Promise<{ addresses: readonly string[] } | { unresolved: Failure }> {
  const literal = hostaddr ?? (isIP(host) ? host : undefined)
  if (literal) return { addresses: [literal] }
  try {
    const found = await within(timeoutMillis, whole, (signal) =>
      Promise.race([lookup(host), aborted(signal)]),
    )
    return { addresses: [...new Set(found)].slice(0, MOST_ADDRESSES) }
  } catch (error) {
    return { unresolved: failureOf(error) }
  }
}

/** getaddrinfo cannot be stopped; it can be left alone. */
const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })

interface Settled extends ProbeOptions, Pick<Trust, 'now'> {
  readonly now: Date
  readonly timeoutMillis: number
}

async function visit(target: Target, options: Settled, whole: AbortSignal): Promise<AddressOffer> {
  const { tests = ALL, account, timeoutMillis } = options
  const first = await greet(target, options, whole)
  if (!first.tcp.connected) return first
  const bounded = <T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> =>
    within(timeoutMillis, whole, run)
  const asked = first.ssl === 'S'
  const [versions, direct, plaintext] = await Promise.all([
    tests.includes('versions') && asked
      ? tryVersions(spokenIn(first), (oldest, newest) =>
          bounded((signal) => speak(target, oldest, newest, signal)),
        )
      : undefined,
    tests.includes('direct') ? bounded((signal) => tryDirect(target, signal)) : undefined,
    tests.includes('plaintext') && account
      ? bounded((signal) => tryPlaintext(target, account, signal))
      : undefined,
  ])
  return {
    ...first,
    ...(versions ? { versions } : {}),
    ...(direct ? { direct } : {}),
    ...(plaintext ? { plaintext } : {}),
  }
}

/** TCP, SSLRequest, the handshake and, where it is trusted, a StartupMessage: all on one connection. */
function greet(target: Target, options: Settled, whole: AbortSignal): Promise<AddressOffer> {
  const { address } = target
  const { roots, now, account, tests = ALL } = options
  const direct = options.negotiation === 'direct'
  return within(options.timeoutMillis, whole, async (signal) => {
    const socket = await dial(target, signal).catch(failureOf)
    if ('kind' in socket) return { address, tcp: { connected: false, failure: socket } }
    const tcp = { connected: true } as const
    const ssl = direct ? undefined : await requestSsl(socket)
    const reached = { address, tcp, ...(ssl ? { ssl } : {}) }
    if (ssl !== 'S' && !direct) return reached
    const { offer, stream } = await offerTls(socket, target, { roots, now, direct })
    const startup = tests.includes('encrypted') && account && offer.kind === 'established'
    if (!stream || !startup || !offer.trusted) return { ...reached, tls: offer }
    return { ...reached, tls: offer, encrypted: await startUp(stream, account) }
  })
}

/** The first handshake offers TLS 1.2 and 1.3. */
const spokenIn = ({ tls }: AddressOffer): TlsVersion | undefined =>
  tls?.kind === 'established' ? (tls.version as TlsVersion) : undefined

async function tryPlaintext(
  target: Target,
  account: Account,
  signal: AbortSignal,
): Promise<StartupAnswer> {
  const socket = await dial(target, signal).catch(failureOf)
  if ('kind' in socket) return { kind: 'no-answer', failure: socket }
  return startUp(socket, account)
}
