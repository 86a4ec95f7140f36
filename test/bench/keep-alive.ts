/** What the sentinel costs sockets that are no database's: HTTP over kept connections, with and without. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { median } from './ratios.js'

/** Requests per line of standard input: short, so that a disturbance spoils few. */
const BATCH = 400

/** Server and client in one process: every byte is written twice. Answers each line with nanoseconds. */
const SOURCE = `
import http from 'node:http'
import { createInterface } from 'node:readline'
const server = http.createServer((_, response) => response.end('ok')).listen(0, '127.0.0.1')
await new Promise((resolve) => server.once('listening', resolve))
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
const { port } = server.address()
const get = () => new Promise((resolve, reject) => {
  http.get({ host: '127.0.0.1', port, agent }, (response) => response.resume().once('end', resolve)).once('error', reject)
})
for await (const _ of createInterface({ input: process.stdin })) {
  const start = process.hrtime.bigint()
  for (let i = 0; i < ${BATCH}; i++) await get()
  console.log(String(process.hrtime.bigint() - start))
}
agent.destroy()
server.close()
`

interface Side {
  time(): Promise<number>
  stop(): Promise<unknown>
}

function start(...args: readonly string[]): Side {
  const child = spawn(process.execPath, [...args, '--input-type=module', '--eval', SOURCE], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    async time() {
      child.stdin.write('\n')
      return Number((await lines.next()).value)
    },
    stop() {
      const closed = once(child, 'close')
      child.stdin.end()
      return closed
    },
  }
}

/** Median over pairs of (time without register / time with it): 1 is no cost. */
export async function keepAliveRatio(pairs: number): Promise<number> {
  const without = start()
  const guarded = start('--import', import.meta.resolve('@verify-full/register'))
  const ratios: number[] = []
  await without.time()
  await guarded.time()
  for (let pair = 0; pair < pairs; pair++) {
    const flipped = pair % 2 === 1
    const first = await (flipped ? guarded : without).time()
    const second = await (flipped ? without : guarded).time()
    ratios.push(flipped ? second / first : first / second)
  }
  await Promise.all([without.stop(), guarded.stop()])
  return median(ratios)
}
