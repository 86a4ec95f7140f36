import { spawnSync } from 'node:child_process'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import {
  createAuthority,
  createRequest,
  createSelfSigned,
  inspectCertificates,
  issueServerCertificate,
} from '@verify-full/certs'
import { expect, test } from 'vitest'

const now = new Date('2026-03-01T00:00:00Z')

test('a self-signed certificate is its own root, for its hosts, and no authority', async () => {
  const { certificate, chain, key } = await createSelfSigned({
    hosts: ['db', '::1'],
    days: 10,
    now,
  })
  expect(chain).toBe(certificate)
  const parsed = new X509Certificate(certificate)
  expect(parsed.verify(parsed.publicKey)).toBe(true)
  expect(parsed.checkPrivateKey(createPrivateKey(key))).toBe(true)
  expect(inspectCertificates(certificate, 'server.crt', now)).toMatchObject({
    order: 'single',
    daysLeft: 10,
    certificates: [
      {
        subject: 'CN=db',
        names: ['DNS:db', 'IP Address:0:0:0:0:0:0:0:1'],
        selfSigned: true,
        ca: false,
      },
    ],
  })
  await expect(createSelfSigned({ hosts: [], now })).rejects.toThrow(TypeError)
  await expect(createSelfSigned({ hosts: ['db'], usage: 'client' } as never)).rejects.toThrow(
    'usage',
  )
})

const present = spawnSync('openssl', ['version']).status === 0
test.skipIf(!present)(
  present ? 'openssl reads and verifies the request' : 'NOT CROSS-CHECKED: openssl is not on PATH',
  async () => {
    for (const type of ['ecdsa-p256', 'rsa-2048'] as const) {
      const { request, key } = await createRequest({
        hosts: ['db.example.com', '10.0.0.1'],
        key: type,
      })
      const { status, stdout } = spawnSync('openssl', ['req', '-verify', '-noout', '-text'], {
        input: request,
        encoding: 'utf8',
      })
      expect(status).toBe(0)
      expect(stdout).toContain('DNS:db.example.com, IP Address:10.0.0.1')
      expect(stdout).toContain('TLS Web Server Authentication')
      expect(stdout).toMatch(/Subject: CN ?= ?db\.example\.com/)
      const asked = spawnSync('openssl', ['req', '-pubkey', '-noout'], { input: request })
      const held = spawnSync('openssl', ['pkey', '-pubout'], { input: key })
      expect(asked.stdout.toString()).toBe(held.stdout.toString())
    }
  },
)

test('a request needs hosts, and takes no unknown option', async () => {
  await expect(createRequest({ hosts: [] })).rejects.toThrow("'hosts'")
  await expect(createRequest({ hosts: ['a'], days: 3 } as never)).rejects.toThrow(
    "unknown option 'days'",
  )
  const long = `${'a'.repeat(60)}.example.com`
  expect((await createRequest({ hosts: [long] })).request).toContain('BEGIN CERTIFICATE REQUEST')
})

test('inspects a chain, a bundle, disorder, DER and purposes', async () => {
  const root = await createAuthority({ name: 'Root', now, days: 100 })
  const other = await createAuthority({ name: 'Other', now, days: 50 })
  const middle = await createAuthority({ name: 'Middle', issuer: root, now, days: 40 })
  const server = await issueServerCertificate(middle, { hosts: ['db'], now, days: 60 })
  const look = (content: string | Uint8Array, source = 'file') =>
    inspectCertificates(content, source, now)
  expect(look(server.chain)).toMatchObject({ order: 'chain', daysLeft: 40 })
  expect(look(root.root + other.root)).toMatchObject({ order: 'bundle', daysLeft: 50 })
  expect(look(middle.certificate + server.certificate)).toMatchObject({ order: 'disordered' })
  const [first] = look(new X509Certificate(server.certificate).raw).certificates
  expect(first).toMatchObject({ purposes: ['server'], key: 'EC prime256v1', daysLeft: 60 })
  expect(look(root.root).certificates[0].purposes).toEqual(['server', 'client'])
  expect(look(Buffer.from(server.chain)).certificates).toHaveLength(2)
  expect(() => look('nothing', 'server.crt')).toThrow('server.crt')
  expect(() => look(server.key, 'server.key')).toThrow('server.key')
})
