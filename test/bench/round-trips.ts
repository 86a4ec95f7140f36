/** Counts the round trips of a connect, at a proxy that only forwards. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface Counter extends AsyncDisposable {
  readonly port: number
  /** How often the client spoke since the server last did, over the connections made since `reset`. */
  readonly flips: number
  reset(): void
}

/** Each flush of the client that follows data of the server, the first one included, is one round trip. */
export async function counter(target: number): Promise<Counter> {
  let flips = 0
  let since = 0
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ port: target, host: '127.0.0.1', noDelay: true })
    let speaker: 'client' | 'server' = 'server'
    // The goodbye of a connection that was made before a reset does not count.
    const made = since
    client.on('data', (chunk) => {
      if (speaker === 'server' && made === since) flips++
      speaker = 'client'
      upstream.write(chunk)
    })
    upstream.on('data', (chunk) => {
      speaker = 'server'
      client.write(chunk)
    })
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket)
      socket.on('end', () => other.end())
      socket.on('error', () => other.destroy())
      socket.on('close', () => sockets.delete(socket))
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    get flips() {
      return flips
    },
    reset() {
      flips = 0
      since++
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** What is connected, and how it is closed. */
export interface Link {
  close(): Promise<unknown>
}

/** The round trips until `connect` resolves, of each of several calls: all must be the same. */
export async function roundTrips(
  proxy: Counter,
  connect: () => Promise<Link>,
  times: number,
): Promise<readonly number[]> {
  const counts: number[] = []
  for (let i = 0; i < times; i++) {
    proxy.reset()
    const link = await connect()
    counts.push(proxy.flips)
    await link.close()
  }
  return counts
}
