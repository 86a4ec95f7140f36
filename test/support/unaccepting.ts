import { once } from 'node:events'
import { connect } from 'node:net'
import { Worker } from 'node:worker_threads'

const LISTEN = `
  const { parentPort } = require('node:worker_threads')
  const server = require('node:net').createServer()
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port)
    // Accepting is the event loop's work.
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0))
  })`

/** A port of which the kernel drops every SYN, as a firewall does: its queue is full and nobody accepts. */
export async function unaccepting(): Promise<{ readonly port: number } & AsyncDisposable> {
  const worker = new Worker(LISTEN, { eval: true })
  const [port] = (await once(worker, 'message')) as [number]
  const waiting = Array.from({ length: 4 }, () => connect({ port, host: '127.0.0.1' }))
  for (const socket of waiting) socket.on('error', () => {})
  // The queue holds one more than it was asked to; the rest never connect.
  await Promise.all(waiting.slice(0, 2).map((socket) => once(socket, 'connect')))
  return {
    port,
    async [Symbol.asyncDispose]() {
      for (const socket of waiting) socket.destroy()
      await worker.terminate()
    },
  }
}
