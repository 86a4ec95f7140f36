import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAuthority, createCrl, issueServerCertificate } from '@verify-full/certs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const present = spawnSync('openssl', ['version']).status === 0
if (!present) console.warn('OPENSSL IS NOT ON PATH: certificates are NOT cross-checked against it')
const title = present
  ? 'openssl verify agrees'
  : 'NOT CROSS-CHECKED: openssl is not on PATH, so these tests do not run'

describe.skipIf(!present)(title, () => {
  const dir = mkdtempSync(join(tmpdir(), 'verify-full-certs-'))
  afterAll(() => rmSync(dir, { recursive: true, force: true }))

  const write = (name: string, pem: string): string => {
    const path = join(dir, name)
    writeFileSync(path, pem, { mode: 0o600 })
    return path
  }
  const verify = (...args: string[]): string => {
    const { stdout, stderr } = spawnSync('openssl', ['verify', '-x509_strict', ...args], {
      encoding: 'utf8',
    })
    return stdout + stderr
  }
  const files = {
    root: '',
    intermediate: '',
    leaf: '',
    revoked: '',
    client: '',
    other: '',
    crl: '',
  }

  beforeAll(async () => {
    const root = await createAuthority({ name: 'Racine é', key: 'rsa-2048' })
    const below = await createAuthority({ name: 'Below', issuer: root })
    const hosts = ['db.example.com', '127.0.0.1']
    const leaf = await issueServerCertificate(below, { hosts })
    const revoked = await issueServerCertificate(below, { hosts })
    const client = await issueServerCertificate(below, { hosts, usage: 'client' })
    const other = await createAuthority({ name: 'Racine é' })
    files.root = write('root.crt', root.root)
    files.intermediate = write('intermediate.crt', below.chain)
    files.leaf = write('leaf.crt', leaf.certificate)
    files.revoked = write('revoked.crt', revoked.certificate)
    files.client = write('client.crt', client.certificate)
    files.other = write('other.crt', other.root)
    const lists = [
      await createCrl(root, { revoked: [] }),
      await createCrl(below, { revoked: [revoked.chain] }),
    ]
    files.crl = write('root.crl', lists.join(''))
  })

  const chain = (): string[] => ['-CAfile', files.root, '-untrusted', files.intermediate]

  test('the chain, the purpose and the names', () => {
    const server = [...chain(), '-purpose', 'sslserver']
    expect(verify(...server, '-verify_hostname', 'db.example.com', files.leaf)).toMatch(/: OK/)
    expect(verify(...server, '-verify_ip', '127.0.0.1', files.leaf)).toMatch(/: OK/)
    expect(verify(...server, '-verify_hostname', 'x.example.com', files.leaf)).toMatch(/hostname/i)
    expect(verify(...server, files.client)).toMatch(/purpose/i)
  })

  test('an authority of the same name is not the same authority', () => {
    expect(
      verify('-CAfile', files.other, '-untrusted', files.intermediate, files.leaf),
    ).not.toMatch(/: OK/)
  })

  test('a missing intermediate breaks the chain', () => {
    expect(verify('-CAfile', files.root, files.leaf)).toMatch(/unable to get local issuer/)
  })

  test('the revocation lists', () => {
    const checked = [...chain(), '-crl_check_all', '-CRLfile', files.crl]
    expect(verify(...checked, files.leaf)).toMatch(/: OK/)
    expect(verify(...checked, files.revoked)).toMatch(/certificate revoked/)
  })
})
