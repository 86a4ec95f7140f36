import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import type { Attack } from './attacks.js'

/** What a hostile server was sent, over all connections. */
export interface Received {
  connections: number
  /** Bytes of PostgreSQL: all but SSLRequest, GSSENCRequest and the handshake of TLS. */
  bytes: number
  /** Whether a StartupMessage came: user and database. */
  startup: boolean
  password: boolean
  queries: number
}

/** A hostile server on a free port of this machine. */
export interface HostileServer extends AsyncDisposable {
  readonly port: number
  readonly received: Readonly<Received>
}

/** Starts a server that does what an attack says, and counts what it is sent. */
export async function startHostile(attack: Attack, host: string): Promise<HostileServer> {
  const received: Received = {
    connections: 0,
    bytes: 0,
    startup: false,
    password: false,
    queries: 0,
  }
  const open = new Set<Socket>()
  const server: Server = createServer((socket) => {
    received.connections += 1
    open.add(socket)
    socket.on('error', () => {}).on('close', () => open.delete(socket))
    negotiate(socket, attack, received)
  })
  server.listen(0, host)
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port')
  return {
    port: address.port,
    received,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** SSLRequest and GSSENCRequest. */
const REQUEST_BYTES = 8
const SSL_CODE = 80877103
const GSSENC_CODE = 80877104
/** First byte of a ClientHello: TLS without SSLRequest (sslnegotiation=direct). */
const CLIENT_HELLO = 0x16

function negotiate(socket: Socket, attack: Attack, received: Received): void {
  socket.once('data', (chunk: Buffer) => {
    const code = chunk.length >= REQUEST_BYTES ? chunk.readUInt32BE(4) : 0
    const direct = chunk[0] === CLIENT_HELLO
    const asked = chunk.length >= REQUEST_BYTES && chunk.readUInt32BE(0) === REQUEST_BYTES
    if (asked && code === GSSENC_CODE) {
      socket.write('N')
      negotiate(socket, attack, received)
      return
    }
    if (direct || (asked && code === SSL_CODE && attack.certificate)) {
      if (!direct) socket.write('S')
      socket.pause()
      if (direct) socket.unshift(chunk)
      secure(socket, attack, received)
      return
    }
    if (asked && code === SSL_CODE) socket.write('N')
    serve(socket, asked ? chunk.subarray(REQUEST_BYTES) : chunk, attack, received)
  })
}

function secure(socket: Socket, attack: Attack, received: Received): void {
  const { certificate } = attack
  if (!certificate) {
    socket.destroy()
    return
  }
  const { chain, key } = certificate
  const stream = new TLSSocket(socket, {
    isServer: true,
    cert: chain,
    key,
    ALPNProtocols: ['postgresql'],
  })
  stream.on('error', () => socket.destroy())
  serve(stream, Buffer.alloc(0), attack, received)
}

/** Plays PostgreSQL as far as it takes to be told everything; a query it answers with an error. */
function serve(stream: Duplex, first: Buffer, attack: Attack, received: Received): void {
  let buffered = Buffer.alloc(0)
  let started = false
  const take = (chunk: Buffer): void => {
    received.bytes += chunk.length
    buffered = Buffer.concat([buffered, chunk])
    for (;;) {
      const at = started ? 1 : 0
      if (buffered.length < at + 4) return
      const end = at + buffered.readUInt32BE(at)
      if (end < at + 4 || buffered.length < end) return
      const type = started ? String.fromCharCode(buffered[0] ?? 0) : 'startup'
      buffered = buffered.subarray(end)
      started = true
      const answer = answerTo(type, attack, received)
      if (answer) stream.write(answer)
      if (type === 'X') stream.end()
    }
  }
  if (first.length > 0) take(first)
  stream.on('data', take)
}

function answerTo(type: string, attack: Attack, received: Received): Buffer | undefined {
  if (type === 'startup') {
    received.startup = true
    return attack.asksForPassword ? CLEARTEXT_PASSWORD : WELCOME
  }
  if (type === 'p') {
    received.password = true
    return WELCOME
  }
  if (type === 'Q' || type === 'P') received.queries += 1
  if (type === 'Q') return Buffer.concat([REFUSED, READY])
  if (type === 'P') return REFUSED
  return type === 'S' ? READY : undefined
}

const message = (type: string, body: Buffer): Buffer => {
  const head = Buffer.from(`${type}\0\0\0\0`)
  head.writeUInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}
const CLEARTEXT_PASSWORD = message('R', Buffer.from([0, 0, 0, 3]))
const READY = message('Z', Buffer.from('I'))
const WELCOME = Buffer.concat([
  message('R', Buffer.alloc(4)),
  message('S', Buffer.from('server_version\x0018.0\0')),
  message('S', Buffer.from('client_encoding\0UTF8\0')),
  message('K', Buffer.from([0, 0, 0, 1, 0, 0, 0, 1])),
  READY,
])
const REFUSED = message(
  'E',
  Buffer.from('SERROR\0C42501\0Mverify-full prove: no database here\0\0'),
)
