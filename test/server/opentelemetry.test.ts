/** The counters of guard and watch, as the real OpenTelemetry SDK collects them. */
import { AggregationTemporality, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import { guard } from '@verify-full/pg'
import { watch } from '@verify-full/server'
import { instrument } from '@verify-full/server/opentelemetry'
import pg from 'pg'
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { type PostgresServer, pki, postgres } from '../support/index.js'
import { guarded } from './guarded.js'

const set = await pki()
let server: PostgresServer
beforeAll(async () => {
  server = await postgres({ hba: ['host all all all scram-sha-256'] })
})
afterAll(() => server?.stop())

/** Collects when it is asked to; exports nothing. */
class Reader extends MetricReader {
  constructor() {
    super({ aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE })
  }
  protected onForceFlush = async (): Promise<void> => {}
  protected onShutdown = async (): Promise<void> => {}
}

/** A meter, and the points of every metric that has any, by name. */
function metering() {
  const reader = new Reader()
  const provider = new MeterProvider({ readers: [reader] })
  onTestFinished(() => provider.shutdown())
  const points = async () => {
    const { resourceMetrics } = await reader.collect()
    const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics)
    return Object.fromEntries(
      metrics.map(({ descriptor, dataPoints }) => [
        descriptor.name,
        dataPoints.map(({ value, attributes }) => ({ value, attributes })),
      ]),
    )
  }
  return { meter: provider.getMeter('test'), points }
}

async function query(config: pg.PoolConfig, policy = {}): Promise<unknown> {
  const { port, user, password, database } = server
  const own = { host: 'localhost', port, user, password, database, max: 1, ...config }
  const pool = guard(new pg.Pool(own), policy)
  pool.on('error', () => {})
  try {
    return await pool.query('select 1').catch((error: unknown) => error)
  } finally {
    await pool.end()
  }
}
const place = () => ({
  'db.system.name': 'postgresql',
  'server.address': 'localhost',
  'server.port': server.port,
})

it('guard: sessions, violations, waivers, expiry; nothing after stop()', async () => {
  const { meter, points } = metering()
  const { stop } = instrument(meter)
  onTestFinished(stop)
  const waiver = { rule: 'certificate-not-verified', host: 'localhost', reason: 'test' } as const
  await query({ ssl: { ca: set.root.root } })
  await query({ ssl: { ca: set.root.root } })
  await query({ ssl: { ca: set.rogueRoot.root } })
  const until = new Date(Date.now() + 86_400_000)
  await query({ ssl: { rejectUnauthorized: false } }, { dangerouslyAllow: [{ ...waiver, until }] })
  stop()
  await query({ ssl: { ca: set.root.root } })
  const found = await points()
  const driver = { ...place(), 'verify_full.driver': 'pg' }
  expect(found).toMatchObject({
    'verify_full.guard.sessions': [{ value: 3, attributes: driver }],
    'verify_full.guard.violations': [
      {
        value: 1,
        attributes: {
          ...driver,
          'verify_full.rule': 'certificate-not-verified',
          'verify_full.enforced': true,
        },
      },
    ],
    'verify_full.guard.certificate.not_after': [{ attributes: place() }],
  })
  const [{ value, attributes } = {}] = found['verify_full.guard.waivers'] ?? []
  expect(value).toBeGreaterThan(0)
  expect(attributes).toEqual({ ...place(), 'verify_full.rule': 'certificate-not-verified' })
  expect(found['verify_full.guard.certificate.not_after']?.[0]?.value).toBeGreaterThan(
    Date.now() / 1000,
  )
})

it('watch: looks, events, and whether the gauges are of now', async () => {
  const { meter, points } = metering()
  onTestFinished(instrument(meter).stop)
  const { port, user, password, database } = server
  const login = { host: '127.0.0.1', port, user, password, database, ssl: false }
  const client = new pg.Client({ ...login, application_name: 'secret-application' })
  client.on('error', () => {})
  await client.connect()
  const watching = watch({
    targets: [
      {
        name: 'orders',
        servers: [{ host: 'localhost', hostaddr: '127.0.0.1', port }],
        roots: [set.root.root],
        connect: guarded(server, set.root.root),
      },
    ],
    policy: { local: 'refuse' },
    everySeconds: 0.3,
    timeoutMillis: 2000,
  })
  onTestFinished(() => watching.stop())
  const on = {
    'db.system.name': 'postgresql',
    'server.address': 'localhost',
    'server.port': port,
    'verify_full.cluster': 'orders',
  }
  const plaintext = 'verify_full.watch.plaintext_sessions'
  await vi.waitFor(async () => expect((await points())[plaintext]?.[0]?.value).toBe(1), 10_000)
  const found = await points()
  expect(found).toMatchObject({
    [plaintext]: [{ value: 1, attributes: on }],
    'verify_full.watch.up': [{ value: 1, attributes: on }],
    'verify_full.watch.not_visible': [{ attributes: on }],
    'verify_full.watch.certificate.not_after': [
      { attributes: { ...on, 'network.peer.address': '127.0.0.1' } },
    ],
    'verify_full.watch.look.duration': [{ attributes: on }],
  })
  expect(found['verify_full.watch.events']).toContainEqual({
    value: 1,
    attributes: { ...on, 'verify_full.event.type': 'plaintext-session' },
  })
  expect(JSON.stringify(found)).not.toContain('secret-application')
  await client.end()
  await server.stop()
  const up = async () => (await points())['verify_full.watch.up']
  await vi.waitFor(async () => expect(await up()).toEqual([{ value: 0, attributes: on }]), 10_000)
  // A look at a server that is still shutting down is told 57P03.
  await vi.waitFor(async () => {
    expect((await points())['verify_full.watch.look.duration']).toContainEqual(
      expect.objectContaining({ attributes: { ...on, 'error.type': 'ECONNREFUSED' } }),
    )
  }, 10_000)
})
