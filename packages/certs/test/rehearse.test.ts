import { spawnSync } from 'node:child_process'
import { createPrivateKey, webcrypto } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { X509Certificate } from '@peculiar/x509'
import {
  type Authority,
  createAuthority,
  createSelfSigned,
  issueServerCertificate,
  rehearse,
} from '@verify-full/certs'
import { RootCertError } from '@verify-full/core'
import { type ChainVerdict, readCertificate, verifyChain } from '@verify-full/core/offline'
import { afterAll, describe, expect, test } from 'vitest'
import { authorityExtensions, sign } from '../src/sign.js'

const DAY = 86_400_000
const now = new Date()
const at = (days: number): Date => new Date(now.getTime() + days * DAY)
const hosts = ['db.example.com', '127.0.0.1', '::1']
const old = { now: at(-900) }

const root = await createAuthority({ name: 'Root', ...old })
const namesake = await createAuthority({ name: 'Root', ...old })
const other = await createAuthority({ name: 'Other', ...old })
const middle = await createAuthority({ name: 'Middle', issuer: root, ...old })
const low = await createAuthority({ name: 'Low', issuer: middle, key: 'rsa-2048', ...old })
const dead = await createAuthority({ name: 'Dead', ...old, days: 850 })
const issue = (authority: Authority, options = {}) =>
  issueServerCertificate(authority, { hosts, now: at(-1), ...options })
const leaf = await issue(root)
/** A new root, and its certificate by the old one: what providers present while clients change over. */
const fresh = await createAuthority({ name: 'Fresh', ...old })
const crossed = await sign(
  'test',
  {
    commonName: 'Fresh',
    publicKey: await new X509Certificate(fresh.certificate).publicKey.export(),
    validity: { notBefore: at(-900), notAfter: at(900) },
    extensions: authorityExtensions(),
  },
  root,
)
const below = await createAuthority({ name: 'Below', issuer: fresh, ...old })
const moved = await issue(below)
const deep = await issue(low)
const selfSigned = await createSelfSigned({ hosts, now: at(-1) })
/** Every row is asked of `openssl verify` too, where it is installed. */
const ROWS: [string, string, string, Partial<ChainVerdict>][] = [
  ['a leaf of the root', leaf.chain, root.root, { chain: 'trusted', trusted: true }],
  ['two intermediates', deep.chain, root.root, { chain: 'trusted', trusted: true }],
  ['with the root presented too', deep.chain + root.root, root.root, { chain: 'trusted' }],
  [
    'presented in disorder',
    deep.certificate + root.root + low.chain,
    root.root,
    { chain: 'trusted' },
  ],
  ['several roots', leaf.chain, other.root + root.root, { chain: 'trusted', trusted: true }],
  ['an intermediate in root.crt', deep.certificate, root.root + low.chain, { chain: 'trusted' }],
  ['an intermediate alone in root.crt', deep.certificate, low.chain, { chain: 'issuer-missing' }],
  ['an intermediate missing', deep.certificate, root.root, { chain: 'issuer-missing' }],
  ['another root', leaf.chain, other.root, { chain: 'issuer-missing' }],
  [
    'another root, its own presented',
    leaf.chain + root.root,
    other.root,
    { chain: 'unknown-root' },
  ],
  ['a root of the same name', leaf.chain, namesake.root, { chain: 'issuer-other-key' }],
  ['the same, presented', leaf.chain + root.root, namesake.root, { chain: 'issuer-other-key' }],
  ['both of the same name', leaf.chain, namesake.root + root.root, { chain: 'trusted' }],
  ['a new root', moved.chain, root.root, { chain: 'issuer-missing', trusted: false }],
  ['a new root, cross-signed by the old', moved.chain + crossed, root.root, { trusted: true }],
  ['the same, for who has the new root', moved.chain + crossed, fresh.root, { trusted: true }],
  ['the same, for who has both', moved.chain + crossed, root.root + fresh.root, { trusted: true }],
  [
    'the new root itself in front of the cross-signed one',
    moved.chain + fresh.root + crossed,
    root.root,
    { chain: 'unknown-root', trusted: false },
  ],
  [
    'a new intermediate of the same root',
    (await issue(middle)).chain,
    root.root,
    { trusted: true },
  ],
  ['self-signed', selfSigned.chain, root.root, { chain: 'self-signed' }],
  ['self-signed, and its own root.crt', selfSigned.chain, selfSigned.chain, { chain: 'trusted' }],
  ['a leaf that is in root.crt', leaf.chain, leaf.chain, { chain: 'issuer-missing' }],
  ['expired', (await issue(root, { now: at(-500) })).chain, root.root, { dates: 'expired' }],
  ['early', (await issue(root, { now: at(5) })).chain, root.root, { dates: 'not-yet-valid' }],
  ['an expired root', (await issue(dead)).chain, dead.root, { dates: 'expired', datesAt: 1 }],
  ["a client's", (await issue(root, { usage: 'client' })).chain, root.root, { usage: false }],
]

describe('verifyChain', () => {
  test.each(ROWS)('%s', (_, chain, roots, expected) => {
    const verdict = verifyChain(split(chain), { roots: split(roots), host: 'db.example.com', now })
    expect(verdict).toMatchObject({ name: true, ...expected })
  })

  test('a leaf that issues is no authority', async () => {
    const { certificate, key } = leaf
    const { X509CertificateGenerator } = await import('@peculiar/x509')
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
    const der = createPrivateKey(key).export({ type: 'pkcs8', format: 'der' })
    const signingKey = await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign'])
    const keys = (await webcrypto.subtle.generateKey(algorithm, true, [
      'sign',
    ])) as webcrypto.CryptoKeyPair
    const below = await X509CertificateGenerator.create({
      subject: 'CN=db.example.com',
      issuer: 'CN=db.example.com',
      notBefore: at(-1),
      notAfter: at(1),
      publicKey: keys.publicKey,
      signingKey,
      signingAlgorithm: algorithm,
    })
    const chain = [below.toString('pem'), certificate]
    const context = { roots: [root.root], host: 'db.example.com', now }
    expect(verifyChain(chain, context)).toMatchObject({ trusted: false })
    expect(verifyChain(chain, context).chain).not.toBe('trusted')
  })

  test.each([
    ['db.example.com', true],
    ['DB.example.com', true],
    ['127.0.0.1', true],
    ['::1', true],
    ['0:0:0:0:0:0:0:1', true],
    ['127.0.0.2', false],
    ['example.com', false],
    ['x.db.example.com', false],
    ['', false],
  ])('host %j', (host, name) => {
    const verdict = verifyChain(split(leaf.chain), { roots: [root.root], host, now })
    expect(verdict).toMatchObject({ name, trusted: name, chain: 'trusted' })
  })

  test('takes no garbage', () => {
    const context = { roots: [], host: 'x', now }
    expect(() => verifyChain([], context)).toThrow(TypeError)
    expect(() => verifyChain(['secret-text'], context)).toThrow('not a certificate in PEM or DER')
  })
})

const present = spawnSync('openssl', ['version']).status === 0
if (!present) console.warn('OPENSSL IS NOT ON PATH: verdicts are NOT cross-checked against it')
describe.skipIf(!present)(
  present ? 'openssl verify agrees' : 'NOT CROSS-CHECKED: openssl is not on PATH',
  () => {
    const dir = mkdtempSync(join(tmpdir(), 'verify-full-rehearse-'))
    afterAll(() => rmSync(dir, { recursive: true, force: true }))
    const write = (name: string, content: string): string => {
      const path = join(dir, name)
      writeFileSync(path, content)
      return path
    }
    test.each(ROWS)('%s', (_, chain, roots) => {
      const [first = '', ...rest] = split(chain)
      const args = ['-purpose', 'sslserver', '-no-CApath', '-no-CAstore']
      const files = ['-CAfile', write('roots', roots), '-untrusted', write('rest', rest.join('\n'))]
      const untrusted = rest.length > 0 ? files : files.slice(0, 2)
      const { status } = spawnSync('openssl', [
        'verify',
        ...args,
        ...untrusted,
        write('leaf', first),
      ])
      const { trusted } = verifyChain(split(chain), {
        roots: split(roots),
        host: hosts[0] ?? '',
        now,
      })
      expect(status === 0).toBe(trusted)
    })
  },
)

describe('rehearse', () => {
  test('a chain of the same authority, without and with the host', () => {
    expect(rehearse({ root: root.root, next: leaf.chain, now })).toMatchObject({
      trusted: true,
      at: now,
    })
    const host = 'db.example.com'
    expect(rehearse({ root: root.root, next: deep.chain, host, now }).trusted).toBe(true)
    expect(
      rehearse({ root: root.root, next: leaf.chain, host: 'x.example.com', now }),
    ).toMatchObject({
      trusted: false,
      verdict: { chain: 'trusted', name: false },
    })
  })

  test('a chain that begins next week is judged as of then', async () => {
    const next = await issue(root, { now: at(7) })
    const rehearsal = rehearse({ root: root.root, next: next.chain, now })
    expect(rehearsal.trusted).toBe(true)
    expect(rehearsal.at).toEqual(readCertificate(next.certificate).validFrom)
    expect(rehearsal.rootExpires).toEqual(readCertificate(root.root).validTo)
  })

  test('a new authority is not trusted, and both files are named in errors', () => {
    const next = rehearse({ root: namesake.root, next: leaf.chain, now })
    expect(next).toMatchObject({ trusted: false, verdict: { chain: 'issuer-other-key' } })
    expect(next.rootExpires).toBeUndefined()
    expect(() => rehearse({ root: '', next: leaf.chain, now })).toThrow(RootCertError)
    expect(() => rehearse({ root: root.root, next: 'x', now })).toThrow('the next chain')
  })
})

function split(pem: string): string[] {
  return pem.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? []
}
