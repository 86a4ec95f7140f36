/** Servers that do what PostgreSQL would not: each is refused, in bounded time, having received nothing. */
import { events, guard, PolicyError } from '@verify-full/postgres'
import postgres from 'postgres'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type ConnectionRecord, hostile, hostileBehaviours, pki } from '../support/index.js'

const set = await pki()
const account = { user: 'app-user', password: 'hunter2-hunter2', database: 'app-database' }
const QUEUED = "insert into ran values ('queued')"

/** The rule that a behaviour is refused by; null where the failure is not ours and passes through. */
const RULES: Record<string, string | null> = {
  'answers N': 'server-ssl-off',
  'answers ErrorResponse': 'handshake-failed',
  'never answers SSLRequest': 'handshake-failed',
  'answers a garbage byte': 'handshake-failed',
  'closes at SSLRequest': null,
  'stuffs plaintext after S': 'handshake-failed',
  'hangs in the handshake': 'handshake-failed',
  'presents the rogue certificate': 'certificate-not-verified',
  'presents the wrong-name certificate': 'hostname-not-verified',
  'presents the expired certificate': 'certificate-expired',
  'presents the not-yet-valid certificate': 'certificate-not-yet-valid',
  'presents the client-usage certificate': 'certificate-not-verified',
  'presents the intermediate-missing certificate': 'certificate-not-verified',
  'presents the self-signed certificate': 'certificate-not-verified',
  'speaks TLS 1.0 only': 'handshake-failed',
  'speaks TLS 1.1 only': 'handshake-failed',
  'direct TLS without ALPN': 'handshake-failed',
  'direct TLS that agrees on http/1.1 only': 'handshake-failed',
  'hangs in authentication': null,
  'says ssl = false': 'session-not-ssl',
  'says another version': 'session-mismatch',
  'says another cipher': 'session-mismatch',
  'answers the session query with an error': 'session-not-ssl',
  'answers the session query with no rows': 'session-not-ssl',
  'answers the session query with garbage': 'session-not-ssl',
  'closes at the session query': null,
  'hangs at the session query': 'session-not-ssl',
}
/** A pooler with TLS on both sides looks like this: accepted, and reported as another backend. */
const POOLED = 'says another pid'

const received = ({ raw, secure }: ConnectionRecord): string =>
  Buffer.concat([raw, secure]).toString()
const failure = (query: Promise<unknown>): Promise<unknown> =>
  query.then(
    () => 'done',
    (error: unknown) => error,
  )

describe.each(['sequential', 'eager'] as const)('a server, gate %s, that', (gate) => {
  const behaviours = hostileBehaviours(set).filter(({ name }) => name !== POOLED)

  it.each(behaviours)('$name', async ({ name, refusedAt, direct, script }) => {
    await using server = await hostile(script)
    const published: string[] = []
    const listen = ({ violations }: { violations: readonly { rule: string }[] }) =>
      published.push(violations[0]?.rule ?? 'none')
    events.on('verify-full:violation', listen)
    onTestFinished(() => events.off('verify-full:violation', listen))
    const sql = guard(postgres, { gate, gateTimeoutMillis: 500 })({
      ...account,
      host: 'localhost',
      port: server.port,
      ssl: { ca: set.root.root },
      sslnegotiation: direct ? 'direct' : null,
      max: 1,
      connect_timeout: 2,
    } as object)
    onTestFinished(() => sql.end({ timeout: 0 }))
    const error = await failure(sql.unsafe(QUEUED))
    const rule = RULES[name]
    if (rule) {
      expect(error).toBeInstanceOf(PolicyError)
      expect((error as PolicyError).violations.map((it) => it.rule)).toContain(rule)
      expect(published.length).toBeGreaterThan(0)
    } else {
      expect(error).toBeInstanceOf(Error)
      expect(error).not.toBeInstanceOf(PolicyError)
    }
    expect(`${(error as Error).message}`).not.toContain(account.password)
    if (/TLS 1\.[01] only/.test(name)) {
      expect(`${(error as Error).message}`).toContain('the server speaks no TLS version that is')
    }
    await sql.end({ timeout: 0 })
    await server.settled()
    for (const record of server.connections) {
      expect(received(record)).not.toContain(QUEUED)
      if (refusedAt === 'negotiation' || refusedAt === 'handshake') {
        expect(received(record)).toBe('')
      }
    }
  })
})

it('a pooler with TLS on both hops is accepted and reported', async () => {
  const script = hostileBehaviours(set).find(({ name }) => name === POOLED)?.script ?? {}
  await using server = await hostile(script)
  let sameBackend: boolean | undefined
  const listen = ({ session }: { session: { server?: { sameBackend: boolean } | null } }) => {
    sameBackend = session.server?.sameBackend
  }
  events.on('verify-full:session', listen)
  onTestFinished(() => events.off('verify-full:session', listen))
  const sql = guard(postgres)({
    ...account,
    host: 'localhost',
    port: server.port,
    ssl: { ca: set.root.root },
    fetch_types: false,
  })
  onTestFinished(() => sql.end({ timeout: 0 }))
  await sql.unsafe('select 1 as v')
  expect(sameBackend).toBe(false)
})

it('a message that claims a gigabyte is refused, not waited for', async () => {
  await using server = await hostile({
    tls: { certificate: set.certificate('good') },
    pgStatSsl: 'garbage',
  })
  const sql = guard(postgres, { gateTimeoutMillis: 60_000 })({
    ...account,
    host: 'localhost',
    port: server.port,
    ssl: { ca: set.root.root },
  })
  onTestFinished(() => sql.end({ timeout: 0 }))
  expect(await failure(sql.unsafe(QUEUED))).toMatchObject({
    violations: [{ rule: 'session-not-ssl' }],
  })
})
