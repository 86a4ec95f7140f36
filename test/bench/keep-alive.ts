/** What the sentinel costs sockets that are no database's: HTTP over kept connections, with and without. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { createInterface } from 'node:readline'
import type { Side } from './ratios.js'

/** Server and client in one process: every byte is written twice. Answers a number of requests with CPU microseconds. */
const SOURCE = `
import http from 'node:http'
import { createInterface } from 'node:readline'
const server = http.createServer((_, response) => response.end('ok')).listen(0, '127.0.0.1')
await new Promise((resolve) => server.once('listening', resolve))
server.keepAliveTimeout = 60_000
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
const { port } = server.address()
const get = () => new Promise((resolve, reject) => {
  http.get({ host: '127.0.0.1', port, agent }, (response) => response.resume().once('end', resolve)).once('error', reject)
})
for await (const requests of createInterface({ input: process.stdin })) {
  const start = process.cpuUsage()
  for (let i = 0; i < Number(requests); i++) await get()
  const { user, system } = process.cpuUsage(start)
  console.log(user + system)
}
agent.destroy()
server.close()
`

/** Requests until V8 has compiled what there is to compile. */
const WARM = 3000

interface Process {
  readonly child: ChildProcess
  /** CPU time of that many requests. */
  spend(requests: number): Promise<number>
}

/** A process of its own, timed by its CPU: where its folder has no postgres.js, no loader thread is in it. */
const keepAlive = (...args: readonly string[]): Side<Process> => ({
  async prepare() {
    const child = spawn(process.execPath, [...args, '--input-type=module', '--eval', SOURCE], {
      cwd: tmpdir(),
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const spend = async (requests: number) => {
      child.stdin.write(`${requests}\n`)
      return Number((await lines.next()).value)
    }
    await spend(WARM)
    return { child, spend }
  },
  batch: ({ spend }, calls) => spend(calls),
  async dispose({ child }) {
    const closed = once(child, 'close')
    child.stdin?.end()
    await closed
  },
})

export const without: Side<Process> = keepAlive()
export const withRegister: Side<Process> = keepAlive(
  '--import',
  import.meta.resolve('@verify-full/register'),
)
