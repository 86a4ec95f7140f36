import { connect, type Socket } from 'node:net'
import { Duplex, PassThrough } from 'node:stream'
import * as tls from 'node:tls'
import type { TlsIdentity } from './hostile.js'
import { SSL_REQUEST } from './protocol.js'
import { listen, type Upstream } from './proxy.js'

/** Options of {@link terminator}. */
export interface TerminatorOptions {
  /** What clients are shown. */
  readonly certificate: TlsIdentity
  /** Bounds of the TLS version towards the client. */
  readonly minVersion?: tls.SecureVersion
  readonly maxVersion?: tls.SecureVersion
  /** How the server is talked to: `plaintext`, or `tls` after an SSLRequest of its own. Default `plaintext`. */
  readonly upstream?: 'plaintext' | 'tls'
  /** Bounds of the TLS version towards the server. */
  readonly upstreamMinVersion?: tls.SecureVersion
  readonly upstreamMaxVersion?: tls.SecureVersion
}

/** A running terminator. */
export interface Terminator extends AsyncDisposable {
  readonly host: '127.0.0.1'
  readonly port: number
  /** Destroys all connections; new ones are accepted. */
  cut(): void
  stop(): Promise<void>
}

/**
 * Starts a proxy that ends the client's TLS, as a load balancer does: it answers SSLRequest with `S`, and
 * what it reads goes to the server in plaintext or encrypted anew.
 *
 * @example
 * ```ts
 * await using server = await postgres({ hba: ['host all all 127.0.0.1/32 scram-sha-256'] })
 * await using front = await terminator(server, { certificate: set.certificate('good') })
 * ```
 */
export async function terminator(
  upstream: Upstream,
  options: TerminatorOptions,
): Promise<Terminator> {
  const context = tls.createSecureContext({
    cert: options.certificate.chain ?? options.certificate.certificate,
    key: options.certificate.key,
    ...bounds(options.minVersion, options.maxVersion),
  })
  const relay = await listen((client) => {
    const server = connect({ host: upstream.host ?? '127.0.0.1', port: upstream.port })
    server.setNoDelay(true)
    afterFirst(client, SSL_REQUEST.length, (first) => {
      if (!first.equals(SSL_REQUEST)) {
        client.destroy()
        return
      }
      client.write('S')
      const inner = new tls.TLSSocket(client, { isServer: true, secureContext: context })
      join(inner, options.upstream === 'tls' ? reencrypt(server, options) : server)
    })
    return server
  })
  return {
    host: '127.0.0.1',
    port: relay.port,
    cut: relay.cut,
    stop: relay.stop,
    [Symbol.asyncDispose]: relay.stop,
  }
}

/** The server's side in TLS; what is written before the handshake waits. */
function reencrypt(server: Socket, options: TerminatorOptions): Duplex {
  const input = new PassThrough()
  const output = new PassThrough()
  server.write(SSL_REQUEST)
  afterFirst(server, 1, (first) => {
    if (first.toString() !== 'S') {
      server.destroy()
      return
    }
    // A terminator is the client of its server, and verifies nothing: that is what makes it one to catch.
    const inner = tls.connect({
      socket: server,
      rejectUnauthorized: false,
      ...bounds(options.upstreamMinVersion, options.upstreamMaxVersion),
    })
    inner.on('error', () => server.destroy())
    input.pipe(inner).pipe(output)
  })
  return Duplex.from({ readable: output, writable: input })
}

function bounds(minVersion?: tls.SecureVersion, maxVersion?: tls.SecureVersion): object {
  return { ...(minVersion ? { minVersion } : {}), ...(maxVersion ? { maxVersion } : {}) }
}

function join(one: Duplex, two: Duplex): void {
  one.on('error', () => two.destroy())
  two.on('error', () => one.destroy())
  one.on('close', () => two.end())
  two.on('close', () => one.end())
  one.pipe(two).pipe(one)
}

/** Reads the first `length` bytes, leaves the rest in the socket. */
function afterFirst(socket: Socket, length: number, then: (first: Buffer) => void): void {
  const read = (): void => {
    const first: Buffer | null = socket.read(length)
    if (first === null) return
    socket.off('readable', read)
    then(first)
  }
  socket.on('readable', read)
}
