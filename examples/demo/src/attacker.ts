import { createServer, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

/** What an attacker between the application and its database saw. */
export interface Loot {
  readonly tls: boolean
  /** Bytes of PostgreSQL traffic received, in plaintext or inside TLS. */
  bytes: number
  password?: string
}

export interface Attacker extends AsyncDisposable {
  readonly port: number
  /** One entry per connection. */
  readonly loot: readonly Loot[]
}

const SSL_REQUEST = 80877103
const ASK_FOR_CLEARTEXT_PASSWORD = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3])

/** Stands where the database should: offers TLS with a certificate of its own, and asks for the password. */
export async function attacker(certificate: { cert: string; key: string }): Promise<Attacker> {
  const loot: Loot[] = []
  const sockets = new Set<Socket>()
  const server = createServer((raw) => {
    sockets.add(raw)
    raw.on('error', () => {}).on('close', () => sockets.delete(raw))
    raw.once('data', (first) => {
      if (first.length === 8 && first.readUInt32BE(4) === SSL_REQUEST) {
        raw.write('S')
        const secure = new TLSSocket(raw, { isServer: true, ...certificate })
        serve(secure, { tls: true, bytes: 0 })
      } else {
        serve(raw, { tls: false, bytes: 0 }, first)
      }
    })
  })
  const serve = (socket: Socket, seen: Loot, first?: Buffer) => {
    loot.push(seen)
    const read = (data: Buffer) => {
      seen.bytes += data.length
      // 'p' is PasswordMessage: Int32 length, the password, NUL.
      if (data[0] === 0x70) {
        seen.password = data.subarray(5, -1).toString()
        socket.destroy()
      } else {
        socket.write(ASK_FOR_CLEARTEXT_PASSWORD)
      }
    }
    socket.on('error', () => {}).on('data', read)
    if (first) read(first)
  }
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as { port: number }
  return {
    port,
    loot,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((closed) => server.close(closed))
    },
  }
}
