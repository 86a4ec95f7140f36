/** What the sentinel costs sockets that are no database's: HTTP over kept connections, with and without. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** Requests per line of standard input: short, so that a disturbance spoils few. */
const BATCH = 400

/** Server and client in one process: every byte is written twice. Answers each line with CPU microseconds. */
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
  const start = process.cpuUsage()
  for (let i = 0; i < ${BATCH}; i++) await get()
  const { user, system } = process.cpuUsage(start)
  console.log(user + system)
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

/** Batches until V8 has compiled what there is to compile. */
const WARM = 5

/**
 * (CPU without register / CPU with it), of the least disturbed batch of each: 1 is no cost. Other
 * processes on the machine slow a batch down but never speed it up.
 */
export async function keepAliveRatio(pairs: number): Promise<number> {
  const without = start()
  const guarded = start('--import', import.meta.resolve('@verify-full/register'))
  const [a, b]: [number[], number[]] = [[], []]
  for (let pair = -WARM; pair < pairs; pair++) {
    const times = [await without.time(), await guarded.time()] as const
    if (pair < 0) continue
    a.push(times[0])
    b.push(times[1])
  }
  await Promise.all([without.stop(), guarded.stop()])
  return Math.min(...a) / Math.min(...b)
}
