import { Socket } from 'node:net'
import { PolicyError } from '@verify-full/core'

/** The part of postgres.js's parsed options that decides whether an error is kept to itself. */
interface HostList {
  host?: readonly unknown[]
}

/**
 * Reports an error on a socket of postgres.js, then closes it; nothing that is written from now on is
 * sent. A refusal closes without an error, so that the next query is not kept waiting by postgres.js's
 * backoff for networks that are down.
 */
export function fail(socket: Socket, error: Error, options: HostList): void {
  const swallow = () => true
  socket.write = swallow
  // A write that postgres.js 3.4.9 has put off must have happened: closing before leaves it waiting for
  // ever (nextWriteTimer is not reset).
  setImmediate(() => {
    const { host } = options
    // While connecting it drops the errors of a socket if there is another host to try.
    if (host) options.host = host.slice(0, 1)
    socket.emit('error', error)
    if (host) options.host = host
    // Reported already: closing only has to say whether it failed.
    socket.on('error', () => {})
    socket.destroy(error instanceof PolicyError ? undefined : error)
  })
}

/**
 * A socket that fails with the first write. Throwing in the socket function instead would leave
 * postgres.js with a connection that is connecting for ever (3.4.9, `createSocket()`).
 */
export function failedSocket(error: Error, options: HostList): Socket {
  const socket = new Socket()
  socket.write = () => {
    fail(socket, error, options)
    return true
  }
  return socket
}

/** An error of the connection, with a code of postgres.js. */
export const withCode = (code: string, message: string): Error =>
  Object.assign(new Error(message), { code })

export const connectionClosed = (): Error =>
  withCode('CONNECTION_CLOSED', 'The server closed the connection')
