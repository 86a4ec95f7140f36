/** A watch over real servers, with a clock that the test moves. */
import diagnosticsChannel from 'node:diagnostics_channel'
import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'
import {
  type AuditTarget,
  type Clock,
  type Look,
  WATCH_CHANNEL,
  type WatchEvent,
  type WatchOptions,
  watch,
} from '@verify-full/server'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { hostile, type Pki, type PostgresServer, pki, postgres } from '../support/index.js'
import { guarded } from './guarded.js'

const OPEN = ['hostssl all all all scram-sha-256', 'host all all all scram-sha-256']
const PRIVILEGES = [
  'grant pg_monitor to app',
  'grant select on pg_hba_file_rules to app',
  'grant execute on function pg_hba_file_rules() to app',
]

let set: Pki
let server: PostgresServer
beforeAll(async () => {
  set = await pki()
  server = await postgres({ hba: OPEN })
  for (const grant of PRIVILEGES) await server.admin(grant, 'app')
  await server.admin("create role plain login password 'plain-pw'")
})
afterAll(() => server?.stop())

const DAY = 86_400_000

/** Time passes when the test says so. */
function manualClock(): Clock & { tick(): void; asleep(): number; offset: number } {
  const sleepers = new Set<() => void>()
  const clock = {
    offset: 0,
    now: () => new Date(Date.now() + clock.offset),
    random: () => 0.5,
    sleep: (_: number, signal: AbortSignal) =>
      new Promise<void>((resolve) => {
        const wake = () => {
          sleepers.delete(wake)
          resolve()
        }
        sleepers.add(wake)
        signal.addEventListener('abort', wake, { once: true })
        if (signal.aborted) wake()
      }),
    tick: () => {
      for (const wake of [...sleepers]) wake()
    },
    asleep: () => sleepers.size,
  }
  return clock
}

const target = (
  { port }: { port: number },
  connect: AuditTarget['connect'] | null = guarded(server, set.root.root),
): AuditTarget => ({
  servers: [{ host: 'localhost', hostaddr: '127.0.0.1', port }],
  roots: [set.root.root],
  ...(connect ? { connect } : {}),
})

/** A watch that takes one look whenever it is asked to. */
function watching(options: WatchOptions) {
  const clock = manualClock()
  const events: WatchEvent[] = []
  const looks: Look[] = []
  const running = watch({
    policy: { local: 'refuse' },
    timeoutMillis: 3000,
    ...options,
    clock,
    onEvent: (event) => events.push(event),
    onLook: (look) => looks.push(look),
  })
  onTestFinished(() => running.stop())
  return {
    clock,
    looks,
    running,
    /** What is new since the last look. */
    async look(): Promise<WatchEvent[]> {
      const [seen, told] = [looks.length, events.length]
      await vi.waitFor(() => expect(clock.asleep()).toBe(1))
      clock.tick()
      await vi.waitFor(() => expect(looks.length).toBeGreaterThan(seen), { timeout: 15_000 })
      await vi.waitFor(() => expect(clock.asleep()).toBe(1))
      return events.slice(told)
    },
  }
}

async function plaintext(application: string): Promise<pg.Client> {
  const { user, password, database, port } = server
  const options = { host: '127.0.0.1', port, user, password, database, ssl: false }
  const client = new pg.Client({ ...options, application_name: application })
  client.on('error', () => {})
  await client.connect()
  onTestFinished(() => client.end().catch(() => {}))
  return client
}

describe('plaintext sessions', () => {
  it('are told once when they are new, and once when they are gone', async () => {
    const { look } = watching({ targets: [target(server)] })
    expect(await look()).toEqual([])
    const first = await plaintext('reporting')
    const second = await plaintext('reporting')
    const [news, ...more] = await look()
    expect(more).toEqual([])
    expect(news).toMatchObject({
      type: 'plaintext-session',
      server: `localhost:${server.port}`,
      client: { user: 'app', application: 'reporting', address: '127.0.0.1', sessions: 2 },
    })
    expect(await look()).toEqual([])
    await first.end()
    expect(await look()).toEqual([])
    await second.end()
    await vi.waitFor(async () => expect(await server.connections()).toBe(1))
    expect(await look()).toMatchObject([
      { type: 'plaintext-session-gone', client: { application: 'reporting' } },
    ])
  })

  it('from the same host are none of its business, unless the policy refuses them', async () => {
    await plaintext('local')
    const { look } = watching({ targets: [target(server)], policy: {} })
    expect(await look()).toEqual([])
  })

  it('are ignored by user, database, application and range, all of what is given', async () => {
    await plaintext('legacy')
    await plaintext('other')
    const ignore = [
      { application: 'legacy', address: '127.0.0.0/8' },
      { application: 'other', address: '10.0.0.0/8' },
    ]
    const { look } = watching({ targets: [target(server)], ignore })
    expect(await look()).toMatchObject([{ client: { application: 'other' } }])
  })
})

describe('certificates', () => {
  it('that change are told with issuer and key, before and after', async () => {
    await using own = await postgres({ certificate: set.certificate('good') })
    const { look } = watching({ targets: [target(own, null)] })
    expect(await look()).toEqual([])
    await own.setCertificate(set.certificate('good-rsa'))
    const [renewed] = await look()
    expect(renewed).toMatchObject({
      type: 'certificate-changed',
      issuerChanged: false,
      keyChanged: true,
      after: { trusted: true },
    })
    await own.setCertificate(set.certificate('rogue'))
    expect(await look()).toMatchObject([
      {
        type: 'certificate-changed',
        issuerChanged: true,
        keyChanged: true,
        before: { issuer: expect.stringContaining('test root'), trusted: true },
        after: { issuer: expect.stringContaining('rogue'), trusted: false },
      },
    ])
    expect(await look()).toEqual([])
  })

  it('that expire are told in two levels, each once', async () => {
    await using own = await postgres({ certificate: set.certificate('soon-expiring') })
    const { look, clock } = watching({ targets: [target(own, null)], criticalDays: 5 })
    expect(await look()).toMatchObject([{ type: 'certificate-expiring', level: 'warning' }])
    expect(await look()).toEqual([])
    clock.offset = 6 * DAY
    expect(await look()).toMatchObject([{ level: 'critical', daysLeft: 3 }])
    clock.offset = 12 * DAY
    expect(await look()).toEqual([])
  })
})

describe('rules and settings', () => {
  it('that change are told: what was added, removed, and each value', async () => {
    const { look } = watching({ targets: [target(server)] })
    await look()
    onTestFinished(() => server.setHba(OPEN))
    await server.setHba(OPEN.slice(0, 1))
    await server.setSettings({ ssl_min_protocol_version: 'TLSv1.3' })
    expect(await look()).toMatchObject([
      {
        type: 'settings-changed',
        changes: [{ name: 'ssl_min_protocol_version', before: 'TLSv1.2', after: 'TLSv1.3' }],
      },
      { type: 'rules-changed', added: [], removed: ['host all all all scram-sha-256'] },
    ])
    await server.setSettings({ ssl_min_protocol_version: 'TLSv1.2' })
    await look()
    await server.setHba([...OPEN].reverse())
    await look()
    await server.setHba(OPEN)
    // The same entries in another order: what decides has changed.
    expect(await look()).toMatchObject([{ type: 'rules-changed', added: [], removed: [] }])
  })

  it('that this role may not see are told once, with the grant', async () => {
    const account = { user: 'plain', password: 'plain-pw', database: 'app' }
    const { look } = watching({ targets: [target(server, guarded(account, set.root.root))] })
    const first = await look()
    expect(first.map(({ type }) => type)).toEqual(['not-visible', 'not-visible'])
    expect(JSON.stringify(first)).toContain('pg_read_all_stats')
    expect(await look()).toEqual([])
  })
})

/** A way to the server that can be closed and opened again on the same port. */
async function road(to: number) {
  const sockets = new Set<net.Socket>()
  const listener = net.createServer((from) => {
    const there = net.connect(to, '127.0.0.1')
    for (const socket of [from, there]) sockets.add(socket.on('error', () => {}))
    from.pipe(there).pipe(from)
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo
  const close = async () => {
    listener.close()
    for (const socket of sockets) socket.destroy()
    await once(listener, 'close')
  }
  onTestFinished(() => (listener.listening ? close() : undefined))
  return { port, close, open: () => once(listener.listen(port, '127.0.0.1'), 'listening') }
}

describe('servers without TLS', () => {
  it('are told once, with the answer, and once when they have it again; also without a session', async () => {
    const certificate = set.certificate('good')
    await using off = await postgres({ ssl: false, certificate })
    const { look } = watching({ targets: [target(off, null)] })
    expect(await look()).toMatchObject([{ type: 'tls-lost', address: '127.0.0.1', why: 'N' }])
    expect(await look()).toEqual([])
    await off.setSettings({ ssl: true })
    expect(await look()).toMatchObject([{ type: 'tls-restored', address: '127.0.0.1' }])
    expect(await look()).toEqual([])
  })

  it('that never answer SSLRequest are told, too', async () => {
    await using silent = await hostile({ answer: 'silence' })
    const { look } = watching({ targets: [target(silent, null)], timeoutMillis: 300 })
    expect(await look()).toMatchObject([{ type: 'tls-lost', why: 'silence' }])
    expect(await look()).toEqual([])
  })

  it('and are no news while the whole server is away', async () => {
    const way = await road(server.port)
    const { look } = watching({ targets: [target(way, null)] })
    expect(await look()).toEqual([])
    await way.close()
    expect(await look()).toMatchObject([{ type: 'unreachable' }])
    await way.open()
    expect(await look()).toMatchObject([{ type: 'reachable' }])
  })
})

describe('servers that come and go', () => {
  it('are unreachable once, then reachable again; what was known stays known', async () => {
    const way = await road(server.port)
    await plaintext('steady')
    const { look } = watching({ targets: [target(way)] })
    expect(await look()).toMatchObject([{ type: 'plaintext-session' }])
    await way.close()
    expect(await look()).toMatchObject([{ type: 'unreachable', why: 'ECONNREFUSED' }])
    expect(await look()).toEqual([])
    await way.open()
    expect(await look()).toMatchObject([{ type: 'reachable' }])
  })

  it('a session that was terminated is replaced at once, and is no news', async () => {
    const { look } = watching({ targets: [target(server)] })
    await look()
    await server.admin(
      "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'app'",
    )
    expect(await look()).toEqual([])
  })

  it('one session per server, however often it looks', async () => {
    const { look } = watching({ targets: [target(server)] })
    for (let count = 0; count < 4; count++) await look()
    expect(await server.connections()).toBe(1)
  })

  it('one that never answers does not keep the others waiting, and looks do not overlap', async () => {
    await using silent = await hostile({ answer: 'silence' })
    const { look, looks, clock } = watching({
      targets: [target(server, null)],
      timeoutMillis: 500,
    })
    const events: WatchEvent[] = []
    const other = watch({
      targets: [target(silent, null)],
      timeoutMillis: 500,
      everySeconds: 0.001,
      onEvent: (event) => events.push(event),
    })
    await look()
    expect(looks).toHaveLength(1)
    expect(clock.asleep()).toBe(1)
    // With looks every millisecond, silence of half a second each, there is one connection at a time.
    await vi.waitFor(() => expect(silent.connections.length).toBeGreaterThan(1), { timeout: 5000 })
    expect(silent.connections.length).toBeLessThan(5)
    await other.stop()
    await silent.settled()
  })
})

it('an abort closes the session and stops', async () => {
  const controller = new AbortController()
  const { look, running } = watching({ targets: [target(server)], signal: controller.signal })
  await look()
  expect(await server.connections()).toBe(1)
  controller.abort()
  await running.stopped
  await vi.waitFor(async () => expect(await server.connections()).toBe(0))
})

it('a listener that throws ends nothing; the channel gets the same events', async () => {
  await plaintext('channel')
  const published: unknown[] = []
  const listen = (message: unknown) => published.push(message)
  diagnosticsChannel.subscribe(WATCH_CHANNEL, listen)
  onTestFinished(() => void diagnosticsChannel.unsubscribe(WATCH_CHANNEL, listen))
  const warned = once(process, 'warning')
  const clock = manualClock()
  const running = watch({
    targets: [target(server)],
    policy: { local: 'refuse' },
    clock,
    onEvent: () => {
      throw new Error('mine')
    },
  })
  onTestFinished(() => running.stop())
  clock.tick()
  expect(await warned).toMatchObject([{ code: 'VERIFY_FULL_LISTENER' }])
  await vi.waitFor(() => expect(clock.asleep()).toBe(1))
  expect(published).toMatchObject([{ type: 'plaintext-session' }])
})

it("an application's own pool: no connection is added", async () => {
  const { user, password, database, port } = server
  const pool = new pg.Pool({
    ...{ host: '127.0.0.1', port, user, password, database, max: 1 },
    ssl: { ca: set.root.root },
  })
  onTestFinished(() => pool.end())
  await plaintext('seen by the pool')
  const { look } = watching({ pool })
  expect(await look()).toMatchObject([
    { type: 'plaintext-session', server: 'pool', client: { application: 'seen by the pool' } },
  ])
  expect(await server.connections()).toBe(2)
})

it.each([
  ['nothing to watch', {}],
  ['both', { targets: [], pool: { query: async () => ({ rows: [] }) } }],
  ['no interval', { targets: [], everySeconds: 0 }],
  ['an unknown policy option', { targets: [], policy: { locale: 'refuse' } as object }],
])('refuses %s', (_, options) => {
  expect(() => watch(options)).toThrow(TypeError)
})
