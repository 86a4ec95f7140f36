import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** Where a proxy forwards to. */
export interface Upstream {
  /** Default 127.0.0.1. */
  readonly host?: string
  readonly port: number
}

/** Delays, in milliseconds, per direction. */
export interface Latency {
  /** From the client to the server. Default 0. */
  readonly toServer?: number
  /** From the server to the client. Default 0. */
  readonly toClient?: number
}

/** A TCP proxy in front of a server. */
export interface Proxy extends AsyncDisposable {
  readonly host: '127.0.0.1'
  readonly port: number
  /** Connections accepted so far. */
  readonly connections: number
  /**
   * How often the flow turned from server to client into client to server, summed over connections, the
   * first bytes of each included: the round trips that a client on a slow link would wait for.
   */
  readonly roundTrips: number
  /** Sets the counters to 0. */
  reset(): void
  /** Changes the delays of chunks that arrive from now on. */
  setLatency(latency: Latency): void
  /** Destroys all connections; new ones are accepted. */
  cut(): void
  stop(): Promise<void>
}

/**
 * Starts a proxy that counts, delays and cuts.
 *
 * @example
 * ```ts
 * await using server = await postgres()
 * await using link = await proxy(server, { toServer: 10, toClient: 10 })
 * ```
 */
export async function proxy(upstream: Upstream, latency: Latency = {}): Promise<Proxy> {
  let { toServer = 0, toClient = 0 } = latency
  let connections = 0
  let roundTrips = 0
  const relay = await listen((client) => {
    connections += 1
    let last: 'client' | 'server' = 'server'
    const server = connect({ host: upstream.host ?? '127.0.0.1', port: upstream.port })
    server.setNoDelay(true)
    forward(
      client,
      server,
      () => toServer,
      () => {
        if (last === 'server') roundTrips += 1
        last = 'client'
      },
    )
    forward(
      server,
      client,
      () => toClient,
      () => {
        last = 'server'
      },
    )
    return server
  })
  return {
    host: '127.0.0.1',
    port: relay.port,
    get connections() {
      return connections
    },
    get roundTrips() {
      return roundTrips
    },
    reset() {
      connections = 0
      roundTrips = 0
    },
    setLatency(next) {
      ;({ toServer = 0, toClient = 0 } = next)
    },
    cut: relay.cut,
    stop: relay.stop,
    [Symbol.asyncDispose]: relay.stop,
  }
}

/** Copies one direction, `delay` milliseconds late; timers of one length keep their order. */
function forward(from: Duplex, to: Duplex, delay: () => number, seen: () => void): void {
  const late = (act: () => void): void => {
    const milliseconds = delay()
    if (milliseconds > 0) setTimeout(act, milliseconds)
    else act()
  }
  from.on('data', (chunk: Buffer) => {
    seen()
    late(() => to.writable && to.write(chunk))
  })
  from.on('end', () => late(() => to.end()))
}

/** A listener whose connections come in pairs that live and die together. */
export interface Relay {
  readonly port: number
  cut(): void
  stop(): Promise<void>
}

/** Listens on a free loopback port; `accept` returns the other side of the pair. */
export async function listen(accept: (client: Socket) => Duplex): Promise<Relay> {
  const open = new Set<Duplex>()
  const server: Server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
    const pair = [client, accept(client)]
    for (const side of pair) {
      open.add(side)
      side.on('error', () => {})
      side.on('close', () => {
        open.delete(side)
        for (const other of pair) if (!other.writableEnded) other.destroy()
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const cut = (): void => {
    for (const side of open) side.destroy()
  }
  const stop = async (): Promise<void> => {
    cut()
    if (!server.listening) return
    server.close()
    await once(server, 'close')
  }
  return { port: address.port, cut, stop }
}
