/** Servers that do what PostgreSQL would not: each is refused, in bounded time, having received nothing. */
import { events, guard, PolicyError } from '@verify-full/pg'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  type ConnectionRecord,
  HOSTILE_RULES,
  hostile,
  hostileBehaviours,
  pki,
} from '../support/index.js'

const set = await pki()
const account = { user: 'app-user', password: 'hunter2-hunter2', database: 'app-database' }
const QUEUED = "insert into ran values ('queued')"

/** A pooler with TLS on both sides looks like this: accepted, and reported as another backend. */
const POOLED = 'says another pid'

const received = ({ raw, secure }: ConnectionRecord): string =>
  Buffer.concat([raw, secure]).toString()

async function attempt(
  port: number,
  gate: 'sequential' | 'eager',
  pipeline: boolean,
  direct: boolean,
) {
  const published: string[] = []
  const listen = ({ violations }: { violations: readonly { rule: string }[] }) =>
    published.push(violations[0]?.rule ?? 'none')
  events.on('verify-full:violation', listen)
  onTestFinished(() => events.off('verify-full:violation', listen))
  const config = {
    ...account,
    host: 'localhost',
    port,
    pipeline,
    ssl: { ca: set.root.root },
    connectionTimeoutMillis: 2000,
    ...(direct ? { sslnegotiation: 'direct' } : {}),
  }
  const { Client } = guard({ Client: pg.Client, Pool: pg.Pool }, { gate, gateTimeoutMillis: 900 })
  const client = new Client(config as pg.ClientConfig)
  const emitted: unknown[] = []
  client.on('error', (error) => emitted.push(error))
  const settle = (promise: Promise<unknown>) =>
    promise.then(
      () => 'done',
      (error: unknown) => error,
    )
  const before = settle(client.query(QUEUED))
  const connecting = settle(client.connect())
  const during = settle(client.query(QUEUED))
  const error = await connecting
  const queued = await Promise.all([before, during])
  await client.end()
  return { error, queued, published, emitted }
}

const gates = (['sequential', 'eager'] as const).flatMap((gate) =>
  [false, true].map((pipeline) => ({ gate, pipeline })),
)

describe.each(gates)('gate $gate, pipeline $pipeline', ({ gate, pipeline }) => {
  const behaviours = hostileBehaviours(set)
  it.concurrent.each(behaviours.filter(({ name }) => name !== POOLED))(
    '$name',
    async ({ name, script, refusedAt, direct }) => {
      await using server = await hostile(script)
      const { error, queued, published } = await attempt(server.port, gate, pipeline, direct)
      const rule = HOSTILE_RULES[name]
      expect(rule, 'every behaviour has its rule').not.toBeUndefined()
      expect(error).toBeInstanceOf(Error)
      if (rule === null) {
        expect(error).not.toBeInstanceOf(PolicyError)
      } else {
        expect(error).toMatchObject({
          name: 'PolicyError',
          code: 'ERR_VERIFY_FULL_SESSION',
          violations: [{ rule }],
        })
        expect(queued).toEqual([error, error])
        expect(published.filter((each) => each === rule).length).toBeGreaterThanOrEqual(1)
      }
      for (const outcome of queued) expect(outcome).toBeInstanceOf(Error)
      await server.settled()
      for (const record of server.connections) {
        expect(received(record)).not.toContain(QUEUED)
        if (refusedAt === 'negotiation' || refusedAt === 'handshake') {
          expect(record.secure.length, 'bytes inside TLS').toBe(0)
          expect(received(record)).not.toContain(account.user)
        }
        if (refusedAt !== 'session') expect(received(record)).not.toContain(account.password)
      }
    },
  )

  it(`${POOLED}: accepted, and reported`, async () => {
    const behaviour = behaviours.find(({ name }) => name === POOLED)
    await using server = await hostile(behaviour?.script ?? {})
    const { Client } = guard({ Client: pg.Client, Pool: pg.Pool }, { gate })
    const client = new Client({
      ...account,
      host: 'localhost',
      port: server.port,
      ssl: { ca: set.root.root },
    })
    const reported = new Promise((resolve) => events.once('verify-full:session', resolve))
    await client.connect()
    expect(await reported).toMatchObject({ session: { server: { sameBackend: false } } })
    await client.end()
  })
})

describe('one server', () => {
  it('that swaps its certificate is refused at the second connect', async () => {
    const certificate = (connection: number) => set.certificate(connection === 0 ? 'good' : 'rogue')
    await using server = await hostile({ tls: { certificate } })
    const pool = guard(
      new pg.Pool({
        ...account,
        host: 'localhost',
        port: server.port,
        ssl: { ca: set.root.root },
        max: 1,
      }),
    )
    const first = await pool.connect()
    first.release(true)
    await expect(pool.connect()).rejects.toMatchObject({
      violations: [{ rule: 'certificate-not-verified' }],
    })
    await pool.end()
    expect(server.connections[1]?.secure.length).toBe(0)
  })

  it.each(['TLS 1.0', 'TLS 1.1'])('that speaks %s only is told to be too old', async (version) => {
    const old = hostileBehaviours(set).find(({ name }) => name === `speaks ${version} only`)
    await using server = await hostile(old?.script ?? {})
    const { error } = await attempt(server.port, 'sequential', false, false)
    // Of OpenSSL's alert, which Node tells in a code or, where it is still writing, in EPROTO's message.
    expect(error).toMatchObject({
      violations: [
        {
          expected: expect.stringContaining('TLSv1.2 or newer'),
          actual:
            'the server speaks no TLS version that is allowed here (ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION)',
          fix: expect.stringMatching(/^set ssl_min_protocol_version.*verify-full doctor/),
        },
      ],
    })
  })

  it.each(['cleartext', 'md5'] as const)(
    'that asks for a %s password does not get it under channelBinding require',
    async (authentication) => {
      await using server = await hostile({
        tls: { certificate: set.certificate('good') },
        authentication,
      })
      const client = guard(
        new pg.Client({
          ...account,
          host: 'localhost',
          port: server.port,
          ssl: { ca: set.root.root },
        }),
        { channelBinding: 'require' },
      )
      await expect(client.connect()).rejects.toMatchObject({
        violations: [{ rule: 'channel-binding-missing' }],
      })
      await client.end()
      await server.settled()
      for (const record of server.connections) {
        expect(received(record)).not.toContain(account.password)
        expect(record.secure.includes(0x70, 1) && /\0p\0/.test(received(record))).toBe(false)
      }
    },
  )

  it('that skips authentication is refused under channelBinding require', async () => {
    await using server = await hostile({ tls: { certificate: set.certificate('good') } })
    const client = guard(
      new pg.Client({
        ...account,
        host: 'localhost',
        port: server.port,
        ssl: { ca: set.root.root },
      }),
      { channelBinding: 'require' },
    )
    await expect(client.connect()).rejects.toMatchObject({
      violations: [{ rule: 'channel-binding-missing' }],
    })
    await client.end()
  })
})
