/**
 * What the sentinel costs sockets that are no database's: HTTP over kept connections. Two processes of the same
 * differ by some ten percent in CPU per request, so both sides are in one: sockets whose writes go through
 * `Socket.prototype`, which is where register stands, and sockets that have Node's own functions on themselves.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { text } from 'node:stream/consumers'

/** How many processes, and pairs of batches in each. */
export interface KeepAlive {
  readonly processes: number
  readonly pairs: number
}

/** Taken before register comes: the first line of the child's script. */
const SOURCE = `
import http from 'node:http'
import { Socket } from 'node:net'
const { write, end } = Socket.prototype
const [register, pairs] = process.argv.slice(1)
if (register !== '') await import(register)

async function open(past) {
  // As many properties on either side.
  const mark = (socket) => Object.assign(socket, past ? { write, end } : { past: write, pastEnd: end })
  const server = http.createServer((_, response) => response.end('ok'))
  server.keepAliveTimeout = 60_000
  server.on('connection', mark).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  const { createConnection } = agent
  agent.createConnection = (...args) => mark(createConnection.apply(agent, args))
  const { port } = server.address()
  const get = () => new Promise((resolve, reject) => {
    http.get({ host: '127.0.0.1', port, agent }, (response) => response.resume().once('end', resolve)).once('error', reject)
  })
  return {
    async spend(requests) {
      const start = process.cpuUsage()
      for (let i = 0; i < requests; i++) await get()
      const { user, system } = process.cpuUsage(start)
      return user + system
    },
    close() { agent.destroy(); server.close() },
  }
}
const [past, through] = [await open(true), await open(false)]
// Until V8 has compiled what there is to compile.
for (let i = 0; i < 10; i++) for (const side of [past, through]) await side.spend(300)
const ratios = []
for (let pair = 0; pair < Number(pairs); pair++) {
  const times = new Map()
  for (const side of pair % 2 ? [past, through] : [through, past]) times.set(side, await side.spend(150))
  ratios.push(times.get(past) / times.get(through))
}
ratios.sort((a, b) => a - b)
console.log(ratios[ratios.length >> 1])
past.close()
through.close()
`

/** Mean over processes of (CPU past the sentinel / CPU through it), with register and, for the noise, without. */
export async function keepAliveRatios({
  processes,
  pairs,
}: KeepAlive): Promise<{ readonly register: number; readonly noise: number }> {
  const url = import.meta.resolve('@verify-full/register')
  const sums = { register: 0, noise: 0 }
  for (let i = 0; i < processes; i++) {
    sums.noise += await run('', pairs)
    sums.register += await run(url, pairs)
  }
  return { register: sums.register / processes, noise: sums.noise / processes }
}

async function run(register: string, pairs: number): Promise<number> {
  const args = ['--input-type=module', '--eval', SOURCE, register, String(pairs)]
  // Where no postgres.js is: there is no loader thread then.
  const child = spawn(process.execPath, args, {
    cwd: tmpdir(),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [output] = await Promise.all([text(child.stdout), once(child, 'close')])
  return Number(output)
}
