import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import * as tls from 'node:tls'
import { serveBackend } from './hostile-backend.js'
import { newRecord, type RecordInProgress } from './hostile-record.js'
import type { HostileScript, HostileServer } from './hostile-types.js'
import { backend, SSL_REQUEST } from './protocol.js'

export type { Authentication, BackendScript, PgStatSsl, PgStatSslRow } from './hostile-backend.js'
export type { ConnectionRecord } from './hostile-record.js'
export type { HostileScript, HostileServer, TlsIdentity, TlsScript } from './hostile-types.js'

/**
 * Starts a server in this process that misbehaves as the script says and records everything.
 *
 * @example
 * ```ts
 * await using server = await hostile({ answer: 'refuse' })
 * // … connect, expect a refusal, then:
 * expect(server.connections[0]?.raw.length).toBe(0)
 * ```
 */
export async function hostile(script: HostileScript): Promise<HostileServer> {
  const records: RecordInProgress[] = []
  const sockets = new Set<Socket>()
  const changed = new Set<() => void>()
  const server = createServer({ noDelay: true }, (socket) => {
    const record = newRecord(records.length)
    records.push(record)
    sockets.add(socket)
    // A client that refuses this server resets the connection; that is what is hoped for.
    socket.on('error', () => {})
    socket.on('close', () => {
      record.destroyed = true
      sockets.delete(socket)
      for (const check of changed) check()
    })
    greet(socket, script, record)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const stop = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy()
    if (!server.listening) return
    server.close()
    await once(server, 'close')
  }
  const settled = (count = 1): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (records.length < count || !records.every((record) => record.destroyed)) return
        changed.delete(check)
        resolve()
      }
      changed.add(check)
      check()
    })
  return {
    host: '127.0.0.1',
    port: address.port,
    connections: records,
    settled,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

function greet(socket: Socket, script: HostileScript, record: RecordInProgress): void {
  if (script.answer === 'direct') {
    secure(socket, script, record)
    return
  }
  let received = Buffer.alloc(0)
  const onData = (chunk: Buffer): void => {
    received = Buffer.concat([received, chunk])
    if (received.length < SSL_REQUEST.length) return
    socket.off('data', onData)
    const asked = received.subarray(0, SSL_REQUEST.length).equals(SSL_REQUEST)
    record.sslRequest = asked
    const rest = asked ? received.subarray(SSL_REQUEST.length) : received
    if (asked) answer(socket, script, record, rest)
    else plaintext(socket, script, record, rest)
  }
  socket.on('data', onData)
}

function answer(
  socket: Socket,
  script: HostileScript,
  record: RecordInProgress,
  rest: Buffer,
): void {
  const kind = script.answer ?? 'tls'
  if (kind === 'close') {
    socket.end()
    return
  }
  if (kind === 'tls' || kind === 'stuff') {
    const stuffing = [backend.authenticationOk(), backend.readyForQuery()]
    socket.write(Buffer.concat([Buffer.from('S'), ...(kind === 'stuff' ? stuffing : [])]))
    // pause() first: unshift() on a flowing socket would emit what TLS has to read.
    socket.pause()
    if (rest.length > 0) socket.unshift(rest)
    secure(socket, script, record)
    return
  }
  if (kind === 'refuse') socket.write('N')
  if (kind === 'garbage') socket.write('X')
  if (kind === 'error') socket.end(backend.errorResponse('XX000', 'hostile: unsupported protocol'))
  if (kind === 'refuse') plaintext(socket, script, record, rest)
  else record.readRaw(socket, rest)
}

function plaintext(
  socket: Duplex,
  script: HostileScript,
  record: RecordInProgress,
  rest: Buffer,
): void {
  const receive = serveBackend(socket, script, record)
  record.readRaw(socket, rest, receive)
}

function secure(socket: Socket, script: HostileScript, record: RecordInProgress): void {
  const options = script.tls
  if (!options) throw new Error("hostile: a script that speaks TLS needs 'tls'")
  if (options.hang) {
    record.readHello(socket)
    return
  }
  const { certificate: given, alpn, hang: _, ...versions } = options
  const identity = typeof given === 'function' ? given(record.index) : given
  const server = tls.createServer({
    ...versions,
    cert: identity.chain ?? identity.certificate,
    key: identity.key,
    ...(alpn ? { ALPNProtocols: [...alpn] } : {}),
  })
  server.on('tlsClientError', (error) => {
    record.tlsError = error
    socket.destroy()
  })
  server.on('secureConnection', (stream) => {
    stream.on('error', () => {})
    // Half a close is a close: nothing is hostile about holding sockets of a client that has gone.
    stream.on('end', () => stream.destroy())
    record.tls = true
    record.protocol = stream.getProtocol()
    record.cipher = stream.getCipher().name
    record.alpn = stream.alpnProtocol || null
    record.servername = stream.servername || null
    const receive = serveBackend(stream, script, record)
    record.readSecure(stream, receive)
  })
  server.emit('connection', socket)
}
