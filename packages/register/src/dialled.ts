import { Socket } from 'node:net'
import type { Endpoint } from '@verify-full/core'

/** Where a socket was told to connect to. */
export type Dialled = Endpoint

const DIALLED = Symbol('verify-full.dialled')
type Recorded = Socket & { [DIALLED]?: Dialled; readonly _parent?: Socket }
type Connect = (this: Socket, ...args: unknown[]) => Socket

/** Keeps for every socket where it is told to connect to: the name that its certificate has to hold. */
export function recordDialling(): void {
  const connect = Socket.prototype.connect as unknown as Connect
  const recording: Connect = function (this: Recorded, ...args) {
    const dialled = readTarget(args)
    if (dialled) this[DIALLED] = dialled
    return connect.apply(this, args)
  }
  Object.defineProperty(recording, 'name', { value: 'connect' })
  Socket.prototype.connect = recording as never
}

/** For a TLS socket over another one, where that one was connected to. */
export function dialledBy(socket: Socket): Dialled | undefined {
  const { [DIALLED]: own, _parent: below } = socket as Recorded
  return own ?? (below ? dialledBy(below) : undefined)
}

/** `connect(options)`, `connect(port, host)`, `connect(path)`, and the array that `net.connect` makes of them. */
function readTarget(args: readonly unknown[]): Dialled | undefined {
  const [first, second] = Array.isArray(args[0]) ? (args[0] as unknown[]) : args
  if (typeof first === 'object' && first !== null) {
    const { path, host, port } = first as { path?: unknown; host?: unknown; port?: unknown }
    return path ? { kind: 'unix', path: String(path) } : tcp(host, port)
  }
  if (typeof first === 'string' && !/^\d+$/.test(first)) return { kind: 'unix', path: first }
  return first === undefined ? undefined : tcp(second, first)
}

const tcp = (host: unknown, port: unknown): Dialled => ({
  kind: 'tcp',
  host: typeof host === 'string' && host !== '' ? host : 'localhost',
  port: Number(port),
})
