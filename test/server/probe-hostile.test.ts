/** Servers that do what PostgreSQL would not: the probe says what they do, in bounded time. */
import { createServer, type Socket } from 'node:net'
import { type AddressOffer, type ProbeOptions, probe } from '@verify-full/server'
import { describe, expect, it, onTestFinished } from 'vitest'
import { hostile, hostileBehaviours, pki } from '../support/index.js'

const set = await pki()
const roots = [set.root.root]
const account = { user: 'probe-user', database: 'probe-database' }

async function look(port: number, options: ProbeOptions = {}): Promise<AddressOffer> {
  const target = { host: 'localhost', hostaddr: '127.0.0.1', port }
  const offer = await probe(target, { roots, account, timeoutMillis: 2000, ...options })
  expect(offer.addresses).toHaveLength(1)
  expect(JSON.stringify(offer)).not.toMatch(/probe-user|probe-database/)
  return offer.addresses[0] as AddressOffer
}

/** What the first connection shows for each row of the table of hostile behaviours. */
const EXPECTED: Record<string, object> = {
  'answers N': { ssl: 'N', plaintext: { kind: 'authentication', method: 'none' } },
  'answers ErrorResponse': { ssl: 'error' },
  'never answers SSLRequest': { ssl: 'silence' },
  'answers a garbage byte': { ssl: 'garbage' },
  'closes at SSLRequest': { ssl: 'closed' },
  'stuffs plaintext after S': { ssl: 'stuffed' },
  'hangs in the handshake': {
    ssl: 'S',
    tls: { kind: 'failed', failure: { kind: 'timeout' } },
    versions: { 'TLSv1.3': 'no-answer', TLSv1: 'no-answer' },
  },
  'presents the rogue certificate': untrusted({ chain: 'issuer-missing' }),
  'presents the wrong-name certificate': untrusted({ name: false }),
  'presents the expired certificate': untrusted({ dates: 'expired' }),
  'presents the not-yet-valid certificate': untrusted({ dates: 'not-yet-valid' }),
  'presents the client-usage certificate': untrusted({ usage: false }),
  'presents the intermediate-missing certificate': untrusted({ chain: 'issuer-missing' }),
  'presents the self-signed certificate': untrusted({ chain: 'self-signed' }),
  'speaks TLS 1.0 only': {
    tls: { kind: 'failed', failure: { kind: 'tls' } },
    versions: { TLSv1: 'accepted', 'TLSv1.1': 'refused', 'TLSv1.2': 'refused' },
  },
  'speaks TLS 1.1 only': { versions: { TLSv1: 'refused', 'TLSv1.1': 'accepted' } },
  'direct TLS without ALPN': { ssl: 'closed', direct: 'without-alpn' },
  'direct TLS that agrees on http/1.1 only': { ssl: 'closed', direct: 'refused' },
  'hangs in authentication': {
    encrypted: { kind: 'no-answer', failure: { kind: 'timeout' } },
    plaintext: { kind: 'no-answer', failure: { kind: 'timeout' } },
  },
}
const trusted = {
  tls: { trusted: true, verdict: { chain: 'trusted', name: true, dates: 'valid', trusted: true } },
  encrypted: { kind: 'authentication', method: 'none' },
}

function untrusted(verdict: object): object {
  return {
    ssl: 'S',
    tls: { kind: 'established', trusted: false, verdict: { trusted: false, ...verdict } },
  }
}

describe('a server that', () => {
  it.concurrent.each(hostileBehaviours(set))('$name', async ({ name, script }) => {
    await using server = await hostile(script)
    const offer = await look(server.port)
    expect(offer).toMatchObject(EXPECTED[name] ?? trusted)
    if (offer.tls?.kind !== 'established' || !offer.tls.trusted)
      expect(offer.encrypted).toBeUndefined()
    await server.settled()
    // The startup packet is all that is ever said of the account, and nothing is said after it.
    for (const { messages, passwords, queries } of server.connections) {
      expect(messages.filter((type) => type !== 'StartupMessage' && type !== 'X')).toEqual([])
      expect(passwords).toEqual([])
      expect(queries).toEqual([])
    }
  })

  it('asks for the password in cleartext, in plaintext', async () => {
    await using server = await hostile({ answer: 'refuse', authentication: 'cleartext' })
    const { plaintext } = await look(server.port)
    expect(plaintext).toEqual({ kind: 'authentication', method: 'cleartext', mechanisms: [] })
  })

  it('is told nothing of an account where none is given', async () => {
    await using server = await hostile({ tls: { certificate: set.certificate('good') } })
    const { plaintext, encrypted, tls } = await look(server.port, { account: undefined as never })
    expect({ plaintext, encrypted }).toEqual({ plaintext: undefined, encrypted: undefined })
    expect(tls).toMatchObject({ trusted: true })
    await server.settled()
    for (const { messages, secure } of server.connections) {
      expect(messages).toEqual([])
      expect(secure).toHaveLength(0)
    }
  })

  it('only gets what the list of tests names', async () => {
    await using server = await hostile({ tls: { certificate: set.certificate('good') } })
    const offer = await look(server.port, { tests: [] })
    expect(Object.keys(offer)).toEqual(['address', 'tcp', 'ssl', 'tls'])
    expect(server.connections).toHaveLength(1)
  })
})

describe('dates', () => {
  const day = 86_400_000
  it.each([
    ['expired in 500 days', 500 * day, 'expired'],
    ['not yet valid 800 days ago', -800 * day, 'not-yet-valid'],
  ])('by the clock that is given: %s', async (_, shift, dates) => {
    await using server = await hostile({ tls: { certificate: set.certificate('good') } })
    const now = new Date(Date.now() + shift)
    const { tls } = await look(server.port, { now, tests: [] })
    expect(tls).toMatchObject({
      openssl: null,
      trusted: false,
      verdict: { chain: 'trusted', dates },
    })
  })

  it('an expired certificate was trusted a week ago', async () => {
    await using server = await hostile({ tls: { certificate: set.certificate('expired') } })
    const now = new Date(Date.now() - 7 * day)
    const { tls } = await look(server.port, { now, tests: [] })
    expect(tls).toMatchObject({ openssl: 'CERT_HAS_EXPIRED', trusted: true })
  })
})

describe('addresses', () => {
  /** A raw server, for what is no protocol at all. */
  async function listen(serve: (socket: Socket) => void): Promise<number> {
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      sockets.add(socket.on('error', () => {}))
      serve(socket)
    })
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy()
      server.close()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return (server.address() as { port: number }).port
  }

  it('nobody listens', async () => {
    const port = await listen(() => {})
    const closed = await new Promise<number>((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () => {
        const { port } = server.address() as { port: number }
        server.close(() => resolve(port))
      })
    })
    expect(closed).not.toBe(port)
    const { tcp } = await look(closed)
    expect(tcp).toEqual({ connected: false, failure: { kind: 'refused', code: 'ECONNREFUSED' } })
  })

  it('a name that does not resolve', async () => {
    const { addresses, unresolved } = await probe({ host: 'no-such-host.invalid', port: 5432 })
    expect(addresses).toEqual([])
    expect(unresolved).toMatchObject({ kind: 'unresolved' })
  })

  it('endless garbage is read up to a limit', async () => {
    const port = await listen((socket) => {
      const pour = (): void => {
        while (socket.writable && socket.write('R'.repeat(65_536)));
      }
      socket.on('drain', pour)
      pour()
    })
    expect(await look(port)).toMatchObject({ ssl: 'garbage', plaintext: { kind: 'garbage' } })
  })

  it('an aborted probe rejects with the reason and leaves no connection', async () => {
    await using server = await hostile({ answer: 'silence' })
    const controller = new AbortController()
    const reason = new Error('enough')
    const probing = probe(
      { host: '127.0.0.1', port: server.port },
      { signal: controller.signal, timeoutMillis: 60_000 },
    )
    const settled = server.settled()
    while (server.connections.length === 0) await new Promise(setImmediate)
    controller.abort(reason)
    await expect(probing).rejects.toBe(reason)
    await settled
    await expect(probe({ host: '127.0.0.1', port: 1 }, { signal: controller.signal })).rejects.toBe(
      reason,
    )
  })
})
