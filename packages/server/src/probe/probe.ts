import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { visit } from './address.js'
import { failureOf, within } from './exchange.js'
import { type Account, startupMessage } from './startup.js'
import type { Failure, ProbeTest, ServerOffer } from './types.js'

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
  const { now: at = new Date(), timeoutMillis = 5000, tests = ALL, account } = options
  const startup = account && startupMessage(account)
  const signal = options.signal ?? new AbortController().signal
  signal.throwIfAborted()
  const { host, port } = target
  const offer = await within(3 * timeoutMillis, signal, async (whole) => {
    const found = await resolve(target, { lookup: getaddrinfo, ...options, timeoutMillis }, whole)
    if ('unresolved' in found) return { host, port, at, ...found, addresses: [] }
    const addresses = found.addresses.map((address) =>
      visit({ address, port, host }, { ...options, now: at, timeoutMillis, tests, startup }, whole),
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
