/** What the guard leaves behind: no sockets, timers, listeners or memory. */
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { events, guard } from '@verify-full/pg'
import pg from 'pg'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Pki, type PostgresServer, pki, postgres } from '../support/index.js'

setFlagsFromString('--expose-gc')
const gc: () => void = runInNewContext('gc')
const subscribe = vi.spyOn(events, 'on')
const MEGABYTE = 1024 * 1024

let server: PostgresServer
let set: Pki
beforeAll(async () => {
  set = await pki()
  server = await postgres()
})
afterAll(() => server.stop())

const config = (ca = set.root.root) => ({
  host: '127.0.0.1',
  port: server.port,
  user: server.user,
  password: server.password,
  database: server.database,
  connectionTimeoutMillis: 5000,
  ssl: { ca },
})

// Only those that the guard starts: Vitest and the pool have timers of their own.
const started: { readonly timer: WeakRef<NodeJS.Timeout>; readonly by: string }[] = []
const original = globalThis.setTimeout
const counted = (...args: Parameters<typeof original>) => {
  const timer = original(...args)
  const by = new Error().stack?.split('\n')[2]?.trim() ?? ''
  if (/[\\/]packages[\\/]pg[\\/]/.test(by)) {
    started.push({ timer: new WeakRef(timer), by })
  }
  return timer
}
globalThis.setTimeout = Object.assign(counted, original) as typeof original
afterAll(() => {
  globalThis.setTimeout = original
})

/** hasRef() stays true after clearTimeout(). */
const isRunning = (timer: NodeJS.Timeout | undefined): boolean =>
  timer !== undefined && !(timer as { _destroyed?: boolean })._destroyed

/** What would keep a process alive, and who listens. */
const state = () => ({
  sockets: process.getActiveResourcesInfo().filter((name) => /TCP|TLS|Connect/.test(name)).length,
  timers: started.filter(({ timer }) => isRunning(timer.deref())).map(({ by }) => by),
  listeners: process.eventNames().map((name) => [name, process.listenerCount(name)]),
  subscribed: subscribe.mock.calls.length,
})
const idle = async () => {
  await expect.poll(state).toMatchObject({ sockets: 0, timers: [], subscribed: 0 })
  return state()
}
const nothingLeftOf = (before: object) => expect.poll(state).toEqual(before)

/** A guarded client that connects and ends, or is refused. */
async function cycle(refuse: boolean): Promise<WeakRef<object>[]> {
  const ca = refuse ? set.rogueRoot.root : set.root.root
  const client = guard(new pg.Client(config(ca)))
  // Not `expect(...).rejects`: it would itself hold the client until the test ends.
  const named = ({ name }: Error) => name
  expect(await client.connect().then(() => '', named)).toBe(refuse ? 'PolicyError' : '')
  await client.end()
  const { connection } = client as unknown as { connection: { stream: object } }
  return [new WeakRef(client), new WeakRef(connection), new WeakRef(connection.stream)]
}

async function cycles(times: number): Promise<WeakRef<object>[]> {
  const refs: WeakRef<object>[] = []
  for (let i = 0; i < times; i += 5) {
    const five = [true, false, false, false, false].map(cycle)
    refs.push(...(await Promise.all(five)).flat())
  }
  return refs
}

async function heap(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    gc()
  }
  return process.memoryUsage().heapUsed
}

it('leaves nothing after 10,000 checkouts of a warm pool', async () => {
  const before = await idle()
  const pool = guard(new pg.Pool({ ...config(), max: 2 }))
  const checkouts = async (times: number) => {
    for (let i = 0; i < times; i++) (await pool.connect()).release()
  }
  await checkouts(500)
  const warm = { ...before, sockets: 1 }
  const [client] = (pool as unknown as { _clients: pg.Client[] })._clients
  const { connection } = client as unknown as { connection: NodeJS.EventEmitter }
  const own = () =>
    [client as unknown as NodeJS.EventEmitter, connection].map((emitter) =>
      emitter.eventNames().map((name) => [name, emitter.listenerCount(name)]),
    )
  const ownWarm = own()
  const heapWarm = await heap()
  await checkouts(10_000)
  expect((await heap()) - heapWarm).toBeLessThan(MEGABYTE)
  expect(own()).toEqual(ownWarm)
  await nothingLeftOf(warm)
  expect(pool.totalCount).toBe(1)
  await pool.end()
  await nothingLeftOf(before)
})

it('leaves nothing after 100 connections of which a fifth is refused', {
  timeout: 60_000,
}, async () => {
  await cycles(20)
  const heapBefore = await heap()
  const before = await idle()
  const refs = await cycles(100)
  await nothingLeftOf(before)
  const heapAfter = await heap()
  // The last five may still be referenced.
  expect(refs.filter((ref) => ref.deref()).length).toBeLessThanOrEqual(15)
  expect(heapAfter - heapBefore).toBeLessThan(2 * MEGABYTE)
  await expect.poll(() => server.connections()).toBe(0)
})

it('leaves nothing where the server vanishes before it answered', async () => {
  const before = await idle()
  const silent = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => socket.destroy())
  })
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  const client = guard(new pg.Client({ ...config(), port }))
  await expect(client.connect()).rejects.toThrow()
  await client.end()
  silent.close()
  await nothingLeftOf(before)
})
