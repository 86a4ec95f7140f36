/**
 * The last line: whatever wrote them, PostgreSQL's first bytes leave this process through a verified TLS
 * connection or not at all. It stands on `net.Socket`, below every driver, bundle and copy.
 */
import { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Finding, Origin, Plan, Policy, TlsVersion } from '@verify-full/core'
import { isVouched, TLS_VERSIONS } from '@verify-full/core/start'
import { callerOutside } from './caller.js'
import { dialledBy, recordDialling } from './dialled.js'
import { firstBytes, MOST_FIRST_BYTES } from './first-bytes.js'
import { core } from './lazily.js'

/** On every socket that has written: what it wrote so far while that is undecided, else true. */
const SEEN = Symbol('verify-full.seen')
type Watched = Socket & { [SEEN]?: Buffer | true }
type Write = (this: Watched, chunk?: unknown, encoding?: unknown, callback?: unknown) => unknown

/** Watches the first bytes of every socket of this process from now on. */
export function watchSockets(policy: Policy): void {
  recordDialling()
  for (const name of ['write', 'end'] as const) {
    const original = Socket.prototype[name] as unknown as Write
    // Every write of every socket comes through here: no array of arguments, one look at one property.
    const watching: Write = function (chunk, encoding, callback) {
      if (this[SEEN] === true || admits(this, chunk, encoding, policy, watching)) {
        return original.call(this, chunk, encoding, callback)
      }
      return name === 'end' ? this : false
    }
    Object.defineProperty(watching, 'name', { value: name })
    Socket.prototype[name] = watching as never
  }
}

/** Whether a write may go on; destroys the socket where it may not. */
function admits(
  socket: Watched,
  chunk: unknown,
  encoding: unknown,
  policy: Policy,
  watching: Write,
): boolean {
  const bytes = bytesOf(chunk, encoding)
  if (bytes.length === 0) return true
  const before = socket[SEEN]
  const all = Buffer.isBuffer(before) ? Buffer.concat([before, bytes]) : bytes
  const said = firstBytes(all)
  // After SSLRequest and GSSENCRequest the first bytes are yet to come.
  socket[SEEN] = said === undefined ? all : said === 'negotiation' ? Buffer.alloc(0) : true
  if ((said !== 'startup' && said !== 'cancel') || isVouched(socket)) return true
  const origin = callerOutside(watching)
  const refused = () => refusalOf(socket, origin, policy)
  if (isTls(socket) && isHandshaking(socket)) {
    // Node keeps what is written until the handshake is over, and this runs before it goes on.
    socket.prependOnceListener('secureConnect', () => destroy(socket, refused()))
    return true
  }
  return !destroy(socket, refused())
}

function bytesOf(chunk: unknown, encoding: unknown): Buffer {
  if (typeof chunk === 'string') {
    const text = typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8'
    return Buffer.from(chunk.slice(0, 2 * MOST_FIRST_BYTES), text)
  }
  if (!ArrayBuffer.isView(chunk)) return Buffer.alloc(0)
  const length = Math.min(chunk.byteLength, MOST_FIRST_BYTES)
  return Buffer.from(chunk.buffer, chunk.byteOffset, length)
}

// Asked here: a start needs no TLS.
const isTls = (socket: Socket): socket is TLSSocket =>
  socket instanceof process.getBuiltinModule('node:tls').TLSSocket

const isHandshaking = (socket: TLSSocket): boolean =>
  (socket as unknown as { secureConnecting?: boolean }).secureConnecting === true

/** What a socket does, as the plan of an unknown driver. */
function planOf(socket: Socket, origin: Origin): Plan {
  const endpoint = dialledBy(socket) ?? { kind: 'tcp', host: 'unknown', port: Number.NaN }
  const negotiation = 'postgres'
  return {
    driver: 'socket',
    endpoint,
    transports: [
      isTls(socket)
        ? { kind: 'tls', verification: 'full', roots: { kind: 'unset' }, negotiation }
        : { kind: endpoint.kind === 'unix' ? 'unix' : 'plaintext' },
    ],
    decidedBy: origin,
    discarded: [],
    remarks: [],
    unknown: [],
  }
}

/** What the handshake left open, told of the code that wrote. */
function findingsOf(socket: Socket, origin: Origin, { minTlsVersion }: Policy): readonly Finding[] {
  if (!isTls(socket)) return []
  const version = socket.getProtocol() ?? 'no TLS version'
  const index = TLS_VERSIONS.indexOf(version as TlsVersion)
  const old = index < TLS_VERSIONS.indexOf(minTlsVersion)
  return [
    ...core()
      .handshakeFindings(socket, planOf(socket, origin))
      .map((it) => ({ ...it, origin })),
    ...(old ? [{ rule: 'tls-version-too-low', origin, written: version } as const] : []),
  ]
}

/** What speaks against a socket; whatever keeps it from being judged does. */
function refusalOf(socket: Socket, origin: Origin, policy: Policy): Error | undefined {
  try {
    return core().admit(planOf(socket, origin), policy, findingsOf(socket, origin, policy)).refused
  } catch (error) {
    return error as Error
  }
}

/** Returns whether there was something to refuse. */
function destroy(socket: Socket, error: Error | undefined): boolean {
  if (!error) return false
  // Without a listener an error would end the process: a closed connection says it as well.
  socket.destroy(socket.listenerCount('error') > 0 ? error : undefined)
  return true
}
