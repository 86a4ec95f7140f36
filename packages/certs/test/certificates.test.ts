import { createPrivateKey, X509Certificate } from 'node:crypto'
import {
  createAuthority,
  createCrl,
  issueClientCertificate,
  issueServerCertificate,
} from '@verify-full/certs'
import { describe, expect, test } from 'vitest'

const now = new Date('2030-06-01T12:00:00Z')
const DAY = 86_400_000
const blocks = (pem: string): number => pem.split('-----BEGIN CERTIFICATE-----').length - 1

describe('createAuthority', () => {
  test('makes a self-signed root that is a CA', async () => {
    const root = await createAuthority({ name: 'Root', now, days: 10 })
    const certificate = new X509Certificate(root.certificate)
    expect(certificate.ca).toBe(true)
    expect(certificate.subject).toBe('CN=Root')
    expect(certificate.verify(certificate.publicKey)).toBe(true)
    expect(certificate.checkPrivateKey(createPrivateKey(root.key))).toBe(true)
    expect(new Date(certificate.validFrom)).toEqual(now)
    expect(new Date(certificate.validTo)).toEqual(new Date(now.getTime() + 10 * DAY))
    expect(root.root).toBe(root.certificate)
    expect(root.chain).toBe(root.certificate)
  })

  test('keeps a common name literal, whatever its characters', async () => {
    const name = '#30 "quoted", O=x + CN=ü\\'
    const { certificate } = await createAuthority({ name, now })
    expect(new X509Certificate(certificate).toLegacyObject().subject.CN).toBe(name)
  })

  test('chains intermediates without the root', async () => {
    const root = await createAuthority({ name: 'Root', now })
    const first = await createAuthority({ name: 'First', issuer: root, now })
    const second = await createAuthority({ name: 'Second', issuer: first, now, key: 'rsa-2048' })
    expect(second.root).toBe(root.certificate)
    expect(second.chain).toBe(second.certificate + first.certificate)
    const [a, b] = [new X509Certificate(first.certificate), new X509Certificate(second.certificate)]
    expect(b.checkIssued(a)).toBe(true)
    expect(b.verify(a.publicKey)).toBe(true)
    const leaf = await issueServerCertificate(second, { hosts: ['db'], now })
    expect(leaf.chain).toBe(leaf.certificate + second.certificate + first.certificate)
    expect(new X509Certificate(leaf.certificate).verify(b.publicKey)).toBe(true)
  })
})

describe('issueServerCertificate', () => {
  test('sorts hosts into DNS names and IP addresses', async () => {
    const root = await createAuthority({ name: 'Root', now })
    const hosts = ['db.example.com', '*.internal', 'my_db', '127.0.0.1', '::1']
    const issued = await issueServerCertificate(root, { hosts, now })
    const certificate = new X509Certificate(issued.certificate)
    expect(certificate.subjectAltName).toBe(
      'DNS:db.example.com, DNS:*.internal, DNS:my_db, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
    )
    expect(certificate.checkHost('db.example.com')).toBe('db.example.com')
    expect(certificate.checkIP('::1')).toBe('::1')
    expect(certificate.checkHost('other.example.com')).toBeUndefined()
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
    expect(certificate.ca).toBe(false)
    expect(certificate.checkIssued(new X509Certificate(root.certificate))).toBe(true)
    expect(certificate.checkPrivateKey(createPrivateKey(issued.key))).toBe(true)
    expect(blocks(issued.chain)).toBe(1)
    expect(new Date(certificate.validTo).getTime()).toBe(now.getTime() + 397 * DAY)
  })

  test('writes the dates, the name and the usage that were asked for', async () => {
    const root = await createAuthority({ name: 'Root', now, key: 'rsa-2048' })
    const notBefore = new Date('2001-02-03T04:05:06Z')
    const notAfter = new Date('2055-01-01T00:00:00Z') // past 2049 is GeneralizedTime
    const long = `${'a'.repeat(60)}.${'b'.repeat(60)}`
    const issued = await issueServerCertificate(root, {
      hosts: [long],
      notBefore,
      notAfter,
      usage: 'client',
      key: 'rsa-2048',
    })
    const certificate = new X509Certificate(issued.certificate)
    expect(new Date(certificate.validFrom)).toEqual(notBefore)
    expect(new Date(certificate.validTo)).toEqual(notAfter)
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2'])
    expect(certificate.subject).toBeFalsy()
    expect(certificate.publicKey.asymmetricKeyType).toBe('rsa')
  })
})

test('issueClientCertificate names the role', async () => {
  const root = await createAuthority({ name: 'Root', now })
  const issued = await issueClientCertificate(root, { user: 'app', now, days: 1 })
  const certificate = new X509Certificate(issued.certificate)
  expect(certificate.subject).toBe('CN=app')
  expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2'])
  expect(certificate.subjectAltName).toBeUndefined()
})

describe('misuse is a TypeError', async () => {
  const root = await createAuthority({ name: 'Root' })
  const other = await createAuthority({ name: 'Other' })
  const leaf = await issueServerCertificate(root, { hosts: ['db'] })
  const invalid = new Date('nonsense')
  const loose = (options: unknown): never => options as never
  const cases: [string, RegExp, () => Promise<unknown>][] = [
    ['no name', /'name'/, () => createAuthority(loose({}))],
    ['a NUL in a name', /control/, () => createAuthority({ name: 'a\0b' })],
    ['an unknown option', /'Name'/, () => createAuthority(loose({ Name: 'x' }))],
    ['an unknown key type', /'key'/, () => createAuthority(loose({ name: 'x', key: 'dsa' }))],
    ['zero days', /'days'/, () => createAuthority({ name: 'x', days: 0 })],
    ['an invalid clock', /'now'/, () => createAuthority({ name: 'x', now: invalid })],
    ['no host', /'hosts'/, () => issueServerCertificate(root, { hosts: [] })],
    ['a port', /'db:5432'/, () => issueServerCertificate(root, { hosts: ['db:5432'] })],
    ['half an address', /'10\.0\.0'/, () => issueServerCertificate(root, { hosts: ['10.0.0'] })],
    ['a zone', /'fe80::1%eth0'/, () => issueServerCertificate(root, { hosts: ['fe80::1%eth0'] })],
    [
      'a bad usage',
      /'usage'/,
      () => issueServerCertificate(root, loose({ hosts: ['a'], usage: 1 })),
    ],
    [
      'an end before the start',
      /'notAfter'/,
      () => issueServerCertificate(root, { hosts: ['a'], notBefore: now, notAfter: now }),
    ],
    [
      'days and an end',
      /not both/,
      () => issueServerCertificate(root, { hosts: ['a'], days: 1, notAfter: now }),
    ],
    ['a long user', /'user'/, () => issueClientCertificate(root, { user: 'x'.repeat(65) })],
    [
      'a leaf as issuer',
      /not a CA/,
      () => issueServerCertificate({ ...leaf, root: root.root }, { hosts: ['a'] }),
    ],
    [
      "another authority's key",
      /does not belong/,
      () => issueServerCertificate({ ...root, key: other.key }, { hosts: ['a'] }),
    ],
    [
      'a broken key',
      /PEM private key/,
      () => createCrl({ ...root, key: 'S3cret' }, { revoked: [] }),
    ],
    [
      'a foreign certificate',
      /revoked\[0\]/,
      () => createCrl(other, { revoked: [leaf.certificate] }),
    ],
    ['garbage to revoke', /revoked\[0\]/, () => createCrl(root, { revoked: ['x'] })],
  ]
  test.each(cases)('%s', async (_, message, misuse) => {
    const error = await misuse().then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(error).toBeInstanceOf(TypeError)
    expect((error as TypeError).message).toMatch(message)
    expect((error as TypeError).message).not.toContain('S3cret')
  })
})
