import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import type { Duplex } from 'node:stream'
import * as tls from 'node:tls'
import type { TlsIdentity } from '../support/index.js'
import { backend, SSL_REQUEST } from '../support/protocol.js'

/** Servers that answer a probe as PostgreSQL does, with no PostgreSQL behind them: one port each. */
export async function simulated(
  count: number,
  { chain, certificate, key }: TlsIdentity,
): Promise<{ readonly ports: readonly number[] } & Disposable> {
  const secured = tls.createServer({ cert: chain ?? certificate, key }, authenticate)
  secured.on('tlsClientError', (_, socket) => socket.destroy())
  const servers: Server[] = Array.from({ length: count }, () =>
    createServer({ noDelay: true }, (socket) => {
      socket.on('error', () => {})
      socket.once('data', (first: Buffer) => {
        if (first.equals(SSL_REQUEST)) {
          socket.pause()
          socket.write('S')
          secured.emit('connection', socket)
        } else if (first[0] === 0) {
          socket.end(REFUSED)
        } else {
          socket.destroy()
        }
      })
    }),
  )
  for (const server of servers) server.listen(0, '127.0.0.1')
  await Promise.all(servers.map((server) => server.address() ?? once(server, 'listening')))
  return {
    ports: servers.map((server) => (server.address() as AddressInfo).port),
    [Symbol.dispose]() {
      for (const server of servers) server.close()
    },
  }
}

/** hostssl, and no host. */
const REFUSED = backend.errorResponse('28000', 'no pg_hba.conf entry for host')

function authenticate(stream: Duplex): void {
  stream.on('error', () => {})
  stream.once('data', () => stream.write(backend.authenticationSasl('SCRAM-SHA-256')))
  stream.on('end', () => stream.end())
}
