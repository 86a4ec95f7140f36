import { connect, type Socket } from 'node:net'
import type { Failure } from './types.js'

/** One address of the server. */
export interface Target {
  readonly address: string
  readonly port: number
  /** The name that is verified and sent as SNI. */
  readonly host: string
}

/** Marks a deadline of ours among the reasons of an abort. */
const TIMEOUT = Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })

/**
 * Runs an exchange under a deadline and under the caller's signal. The signal it gets destroys every
 * socket that was opened with it, at the latest when the exchange is over.
 */
export async function within<T>(
  millis: number,
  parent: AbortSignal,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  const stop = (): void => controller.abort(parent.reason)
  const timer = setTimeout(() => controller.abort(TIMEOUT), millis)
  parent.addEventListener('abort', stop, { once: true })
  if (parent.aborted) stop()
  try {
    return await run(controller.signal)
  } finally {
    clearTimeout(timer)
    parent.removeEventListener('abort', stop)
    controller.abort(TIMEOUT)
  }
}

/** Opens a TCP connection; rejects with what {@link failureOf} understands. */
export function dial({ address, port }: Target, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    // A socket that is born aborted would connect nevertheless.
    signal.throwIfAborted()
    const socket = connect({ host: address, port, noDelay: true })
    // Not the option `signal`: it makes an error with a stack for every socket.
    signal.addEventListener('abort', () => socket.destroy(signal.reason), { once: true })
    // What comes after is seen by whoever reads; an error nobody listens to would end the process.
    socket.on('error', reject)
    socket.on('close', () => reject(CLOSED))
    socket.once('connect', () => resolve(socket))
  })
}

/** What arrived, and why reading ended. */
export interface Received {
  readonly bytes: Buffer
  readonly failure?: Failure
}

/** Reads until `enough`, or the end. More than `limit` bytes are enough in any case. */
export function receive(
  socket: NodeJS.ReadableStream & { destroy(): void },
  enough: (bytes: Buffer) => boolean,
  limit = 16_384,
): Promise<Received> {
  return new Promise((resolve) => {
    let bytes: Buffer = Buffer.alloc(0)
    const done = (failure?: Failure): void => {
      socket.off('data', onData)
      socket.pause()
      resolve({ bytes, ...(failure ? { failure } : {}) })
    }
    const onData = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk])
      if (bytes.length > limit || enough(bytes)) done()
    }
    socket.on('data', onData)
    socket.once('error', (error) => done(failureOf(error)))
    socket.once('end', () => done(failureOf(CLOSED)))
    socket.once('close', () => done(failureOf(CLOSED)))
    socket.resume()
  })
}

const CLOSED = Object.assign(new Error('closed'), { code: 'ECONNRESET' })

const KINDS: Readonly<Record<string, Failure['kind']>> = {
  ETIMEDOUT: 'timeout',
  ECONNREFUSED: 'refused',
  ECONNRESET: 'closed',
  EPIPE: 'closed',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ENOTFOUND: 'unresolved',
  EAI_AGAIN: 'unresolved',
  ENODATA: 'unresolved',
}

/** Any error of a socket, a handshake or the resolver, without its text. */
export function failureOf(error: unknown): Failure {
  const code = String((error as { code?: unknown }).code)
  return {
    kind: KINDS[code] ?? (/^(ERR_SSL_|ERR_OSSL_|EPROTO)/.test(code) ? 'tls' : 'other'),
    code,
  }
}
