/** What doctor says of servers that PostgreSQL would not be, and of a name whose addresses do not agree. */
import { connect, createServer } from 'node:net'
import { definePolicy, planPg } from '@verify-full/core'
import { examine, probe } from '@verify-full/server'
import { expect, it, onTestFinished } from 'vitest'
import { hostile, hostileBehaviours, pki } from '../support/index.js'
import { signed } from '../support/signed.js'

const set = await pki()
const policy = definePolicy({ rootCert: set.root.root })

/** Makes another server answer at 127.0.0.2, on the same port. */
async function alsoAt(address: string, port: number, other: number): Promise<void> {
  const sockets = new Set<{ destroy(): void }>()
  const relay = createServer((socket) => {
    const upstream = connect(other, '127.0.0.1')
    for (const end of [socket, upstream]) sockets.add(end.on('error', () => {}))
    socket.pipe(upstream).pipe(socket)
  })
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    relay.close()
  })
  await new Promise<void>((resolve, reject) => {
    relay.on('error', reject).listen(port, address, resolve)
  })
}
// Only Linux answers on all of 127.0.0.0/8.
const linux = process.platform === 'linux'
const plan = (port: number) => {
  const [first] = planPg(`postgres://db.example.com:${port}/app?sslmode=verify-full`, {})
  if (!first) throw new Error('no plan')
  return first
}

it.skipIf(!linux)(linux ? 'one has another certificate' : 'NOT TESTED: needs Linux', async () => {
  await using good = await hostile({ tls: { certificate: set.certificate('good') } })
  await using rogue = await hostile({ tls: { certificate: set.certificate('rogue') } })
  await alsoAt('127.0.0.2', good.port, rogue.port)
  const lookup = async () => ['127.0.0.1', '127.0.0.2', '127.0.0.1']
  const target = { host: 'db.example.com', port: good.port }
  const { addresses } = await probe(target, { roots: [set.root.root], tests: [], lookup })
  expect(addresses.map(({ tls }) => tls?.kind === 'established' && tls.trusted)).toEqual([
    true,
    false,
  ])
  const { diagnoses, steps } = await examine(plan(good.port), { policy, lookup })
  expect(diagnoses).toMatchObject([{ id: 'issuer-missing', address: '127.0.0.2' }])
  expect(steps.at(-1)).toMatchObject({ status: 'skipped' })
})

it.skipIf(!linux)(linux ? 'one does not answer' : 'NOT TESTED: needs Linux', async () => {
  await using good = await hostile({ tls: { certificate: set.certificate('good') } })
  const lookup = async () => ['127.0.0.3', '127.0.0.1']
  const { diagnoses, steps } = await examine(plan(good.port), { policy, lookup })
  expect(diagnoses).toEqual([])
  expect(steps.find(({ id }) => id === 'tcp')).toMatchObject({
    status: 'warning',
    detail: '127.0.0.1 connected; 1 of 2 addresses did not',
  })
})

it('a resolver that never answers costs one timeout', async () => {
  const lookup = () => new Promise<never>(() => {})
  const { unresolved } = await probe({ host: 'db', port: 1 }, { lookup, timeoutMillis: 50 })
  expect(unresolved).toEqual({ kind: 'timeout', code: 'ETIMEDOUT' })
})

const here = async () => ['127.0.0.1']

it.each([
  ['no CA', { authority: false }],
  ['a CA whose key usage leaves out certificates', { authority: true, forbidden: true }],
])('root.crt holds the issuer, which is %s', async (_, claims) => {
  const root = await signed({ name: 'Odd root', ...claims })
  const host = 'db.example.com'
  const certificate = await signed({ name: host, authority: false, hosts: [host], issuer: root })
  await using server = await hostile({ tls: { certificate } })
  const { diagnoses } = await examine(plan(server.port), {
    policy: definePolicy({ rootCert: root.certificate }),
    lookup: here,
  })
  expect(diagnoses).toMatchObject([{ id: 'not-an-authority' }])
  expect(diagnoses[0]?.problem).toContain('CN=Odd root signed the certificate but may not')
})

it.each([
  ['speaks TLS 1.0 only', 'TLSv1'],
  ['speaks TLS 1.1 only', 'TLSv1.1'],
])('%s', async (row, version) => {
  const behaviour = hostileBehaviours(set).find(({ name }) => name === row)
  if (!behaviour) throw new Error('no such row')
  await using server = await hostile(behaviour.script)
  const { diagnoses } = await examine(plan(server.port), { policy, lookup: here })
  expect(diagnoses).toMatchObject([{ id: 'tls-version-too-old' }])
  expect(diagnoses[0]?.problem).toContain(`only ${version})`)
  expect(diagnoses[0]?.fix).toContain('ssl_min_protocol_version')
})
