import type { Socket } from 'node:net'
import { isIP } from 'node:net'
import tls from 'node:tls'
import type { TlsVersion } from '@verify-full/core'
import { type CertificateFacts, readCertificate, verifyChain } from '@verify-full/core/offline'
import { anchorsOf, contextFor } from './contexts.js'
import { dial, failureOf, receive, type Target } from './exchange.js'
import { SSL_REQUEST } from './startup.js'
import type { SslAnswer, TlsOffer } from './types.js'
import type { Spoken } from './versions.js'

/** What a handshake is judged by. */
export interface Trust {
  /** PEM; undefined: Node's default roots. */
  readonly roots: readonly string[] | undefined
  readonly now: Date
  /** Whether there was no SSLRequest. */
  readonly direct: boolean
}

/** Asks for TLS; the socket is paused afterwards, with nothing read that belongs to TLS. */
export async function requestSsl(socket: Socket): Promise<SslAnswer> {
  const answer = receive(socket, (bytes) => bytes.length > 0)
  socket.write(SSL_REQUEST)
  const { bytes, failure } = await answer
  if (bytes.length === 0) return failure?.kind === 'timeout' ? 'silence' : 'closed'
  const first = String.fromCharCode(bytes[0] ?? 0)
  if (first === 'S') return bytes.length === 1 ? 'S' : 'stuffed'
  if (first === 'N') return 'N'
  return first === 'E' ? 'error' : 'garbage'
}

/** One handshake on a socket. Verification is looked at, not enforced: nothing is sent that matters. */
export function shakeHands(
  socket: Socket,
  host: string,
  options: tls.ConnectionOptions,
): Promise<tls.TLSSocket> {
  return new Promise((resolve, reject) => {
    const secured = tls.connect({
      ...options,
      socket,
      ...(isIP(host) ? {} : { servername: host }),
      rejectUnauthorized: false,
      // The name is ours to judge, and Node's way takes longer than the rest of a handshake.
      checkServerIdentity: () => undefined,
    })
    secured.on('error', reject)
    socket.on('error', reject)
    socket.on('close', () => reject(Object.assign(new Error(), { code: 'ECONNRESET' })))
    secured.once('secureConnect', () => resolve(secured))
  })
}

/** What direct TLS insists on, so that no other protocol's server can be confused (RFC 7301). */
export const DIRECT: tls.ConnectionOptions = { ALPNProtocols: ['postgresql'] }

/** The handshake that is judged; returns the socket too, where it was established. */
export async function offerTls(
  socket: Socket,
  { host }: Target,
  { roots, now, direct }: Trust,
): Promise<{ offer: TlsOffer; stream?: tls.TLSSocket }> {
  try {
    const { context, fingerprints } = anchorsOf(roots)
    const options = { secureContext: context, ...(direct ? DIRECT : {}) }
    const stream = await shakeHands(socket, host, options)
    return { offer: describe(stream, host, { roots, now, direct }, fingerprints), stream }
  } catch (error) {
    return { offer: { kind: 'failed', failure: failureOf(error) } }
  }
}

/** OpenSSL looks at this machine's clock, the verdict at the one it was given. */
const DATES: readonly string[] = ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']

function describe(
  stream: tls.TLSSocket,
  host: string,
  { roots, now, direct }: Trust,
  known: ReadonlySet<string>,
): TlsOffer {
  const ders = chainOf(stream)
  const code = stream.authorizationError as unknown as string | Error | undefined
  const openssl = code ? (typeof code === 'string' ? code : failureOf(code).code) : null
  const byClock = openssl !== null && DATES.includes(openssl)
  // Node's default roots are more than its bundle (NODE_EXTRA_CA_CERTS): of those OpenSSL alone knows.
  const trustedRoots = roots ?? (byClock ? tls.rootCertificates : [])
  const found = verifyChain(ders, { roots: trustedRoots, host, now })
  const chain = roots === undefined && openssl === null ? 'trusted' : found.chain
  const trusted = chain === 'trusted' && found.name && found.usage && found.dates === 'valid'
  const alpn = stream.alpnProtocol || null
  const accepted = (openssl === null || byClock) && (!direct || alpn === 'postgresql')
  return {
    kind: 'established',
    version: stream.getProtocol() ?? 'unknown',
    cipher: stream.getCipher().name,
    alpn,
    presented: withoutRoots(ders.map(readCertificate), known),
    verdict: { ...found, chain, trusted },
    openssl,
    trusted: trusted && accepted,
  }
}

/** Node appends issuers from the store to what the server presented: those of the roots are left out. */
const withoutRoots = (
  chain: readonly CertificateFacts[],
  known: ReadonlySet<string>,
): readonly CertificateFacts[] =>
  chain.filter(({ fingerprint256 }, index) => index === 0 || !known.has(fingerprint256))

/** The chain as Node links it: the server's certificate, then issuer after issuer. */
function chainOf(stream: tls.TLSSocket): Buffer[] {
  const chain: Buffer[] = []
  let next: tls.DetailedPeerCertificate | undefined = stream.getPeerCertificate(true)
  while (next?.raw && !chain.some((known) => known.equals(next?.raw as Buffer))) {
    chain.push(next.raw)
    next = next.issuerCertificate
  }
  return chain
}

/** One handshake with a range of versions, after an SSLRequest. */
export async function speak(
  target: Target,
  oldest: TlsVersion,
  newest: TlsVersion,
  signal: AbortSignal,
): Promise<Spoken> {
  try {
    const socket = await dial(target, signal)
    if ((await requestSsl(socket)) !== 'S') return 'no-answer'
    const secureContext = contextFor(oldest, newest)
    const stream = await shakeHands(socket, target.host, { secureContext })
    return stream.getProtocol() as TlsVersion
  } catch (error) {
    const { kind, code } = failureOf(error)
    if (UNABLE.includes(code)) return 'not-testable'
    return kind === 'tls' || kind === 'closed' ? 'refused' : 'no-answer'
  }
}

/** This OpenSSL was built or configured without the version: no ClientHello was sent. */
const UNABLE: readonly string[] = [
  'ERR_SSL_NO_PROTOCOLS_AVAILABLE',
  'ERR_SSL_NO_CIPHERS_AVAILABLE',
  'ERR_TLS_INVALID_PROTOCOL_VERSION',
]
