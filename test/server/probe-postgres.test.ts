/** The probe against a real PostgreSQL: what pg_hba.conf, ssl and the versions make of it. */

import { type AddressOffer, type ProbeOptions, probe } from '@verify-full/server'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { type PostgresServer, pki, postgres } from '../support/index.js'

const set = await pki()
const roots = [set.root.root]
const HBA = ['hostssl all app 127.0.0.1/32 scram-sha-256', 'hostssl all app ::1/128 scram-sha-256']
let server: PostgresServer
beforeAll(async () => {
  server = await postgres({
    hba: HBA,
    certificate: { ...set.certificate('good'), ca: set.root.root },
  })
})
afterAll(() => server?.stop())

async function look(options: ProbeOptions = {}, host = '127.0.0.1'): Promise<AddressOffer[]> {
  const account = { user: server.user, database: server.database }
  const offer = await probe({ host, port: server.port }, { roots, account, ...options })
  return [...offer.addresses]
}
async function hba(...lines: string[]): Promise<void> {
  onTestFinished(() => server.setHba(HBA))
  await server.setHba(lines)
}
const direct = () => (server.version >= 17 ? 'accepted' : 'refused')

it('hostssl: TLS goes on to SCRAM, plaintext is refused by pg_hba.conf', async () => {
  const [offer] = await look()
  expect(offer).toMatchObject({
    tcp: { connected: true },
    ssl: 'S',
    tls: {
      version: 'TLSv1.3',
      openssl: null,
      trusted: true,
      presented: [{ key: 'EC prime256v1', ca: false, selfSigned: false }],
      verdict: { chain: 'trusted', dates: 'valid' },
    },
    direct: direct(),
    plaintext: { kind: 'refused', reason: 'hba', sqlstate: '28000' },
    encrypted: {
      kind: 'authentication',
      method: 'sasl',
      mechanisms: ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256'],
    },
  })
  expect(offer?.versions).toMatchObject({ 'TLSv1.2': 'accepted', 'TLSv1.3': 'accepted' })
  expect(['refused', 'not-testable']).toContain(offer?.versions?.['TLSv1.1'])
})

it('every address of the name', async () => {
  const offers = await look({}, 'localhost')
  expect(offers.length).toBeGreaterThan(0)
  for (const offer of offers) expect(offer.tls).toMatchObject({ trusted: true })
})

it('host: plaintext is accepted, up to the password request', async () => {
  await hba('host all all 127.0.0.1/32 scram-sha-256')
  const [offer] = await look()
  expect(offer?.plaintext).toMatchObject({ kind: 'authentication', method: 'sasl' })
  await hba('host all all 127.0.0.1/32 trust')
  expect((await look())[0]?.plaintext).toMatchObject({ kind: 'authentication', method: 'none' })
  await hba('hostssl all all 127.0.0.1/32 scram-sha-256', 'host all all all reject')
  expect((await look())[0]?.plaintext).toMatchObject({ kind: 'refused', reason: 'hba' })
})

it('a client certificate is demanded', async () => {
  await hba('hostssl all all 127.0.0.1/32 scram-sha-256 clientcert=verify-ca')
  expect((await look())[0]?.encrypted).toEqual({
    kind: 'refused',
    reason: 'client-certificate',
    sqlstate: '28000',
  })
})

it('ssl = off', async () => {
  onTestFinished(() => server.setSettings({ ssl: true }))
  await server.setSettings({ ssl: false })
  const [offer] = await look()
  expect(offer).toMatchObject({ ssl: 'N', plaintext: { kind: 'refused', reason: 'hba' } })
  expect(offer).not.toHaveProperty('versions')
})

it('TLS 1.3 only', async () => {
  onTestFinished(() => server.setSettings({ ssl_min_protocol_version: 'TLSv1.2' }))
  await server.setSettings({ ssl_min_protocol_version: 'TLSv1.3' })
  const [offer] = await look({ tests: ['versions'] })
  expect(offer?.versions).toMatchObject({ 'TLSv1.2': 'refused', 'TLSv1.3': 'accepted' })
})

it.each([
  ['intermediate', { chain: 'trusted', trusted: true }, 2],
  ['intermediate-missing', { chain: 'issuer-missing', trusted: false }, 1],
  ['self-signed', { chain: 'self-signed', trusted: false }, 1],
  ['localhost-only', { chain: 'trusted', name: false, trusted: false }, 1],
] as const)('presents %s', async (kind, verdict, presented) => {
  onTestFinished(() => server.setCertificate({ ...set.certificate('good'), ca: set.root.root }))
  await server.setCertificate({ ...set.certificate(kind), ca: set.root.root })
  const [offer] = await look({ tests: [] })
  expect(offer?.tls).toMatchObject({ verdict, trusted: verdict.trusted })
  expect(offer?.tls?.kind === 'established' && offer.tls.presented.length).toBe(presented)
})

it('other roots, and no roots of its own', async () => {
  const [rogue] = await look({ tests: [], roots: [set.rogueRoot.root] })
  // PostgreSQL presents what it finds in ssl_ca_file, the root included.
  expect(rogue?.tls).toMatchObject({ trusted: false, verdict: { chain: 'unknown-root' } })
  const { addresses } = await probe({ host: '127.0.0.1', port: server.port }, { tests: [] })
  expect(addresses[0]?.tls).toMatchObject({ trusted: false, verdict: { chain: 'unknown-root' } })
})
