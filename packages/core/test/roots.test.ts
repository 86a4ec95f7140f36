import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAuthority, createCrl } from '@verify-full/certs'
import { events, loadCrl, loadRoots, RootCertError } from '@verify-full/core'
import { afterAll, describe, expect, it } from 'vitest'

const dir = mkdtempSync(join(tmpdir(), 'verify-full-roots-'))
afterAll(() => rmSync(dir, { recursive: true }))
const write = (name: string, text: string) => {
  writeFileSync(join(dir, name), text)
  return join(dir, name)
}
const origin = { via: 'uri', key: 'sslrootcert' } as const
const file = (path: string) => loadRoots({ kind: 'file', path, origin }, undefined)
const one = await createAuthority({ name: 'One' })
const two = await createAuthority({ name: 'Two' })

describe('loadRoots', () => {
  it('reads a bundle with comments, CRLF and a BOM', () => {
    const text = `\ufeff# bundle\r\n${one.root.replaceAll('\n', '\r\n')}junk\n${two.root}`
    expect(file(write('bundle.crt', text)).pem).toHaveLength(2)
  })
  it.each([
    ['empty.crt', '', /empty\.crt: is empty/],
    ['blank.crt', ' \n', /is empty/],
    ['text.crt', 'hello', /holds no certificate in PEM/],
    ['key.crt', one.key, /private key/],
    ['half.crt', one.root + two.root.slice(0, 200), /has 2 certificates, but only 1 are complete/],
    [
      'broken.crt',
      one.root + two.root.replace(/\n[A-Za-z]{20}/, '\nAAAAAAAAAAAAAAAAAAAA'),
      /certificate 2 of 2 cannot be parsed/,
    ],
    ['path.crt', '/etc/ssl/root.crt', /is a path/],
  ])('refuses %s with the reason', (name, text, message) => {
    const path = write(name, text)
    expect(() => file(path)).toThrow(RootCertError)
    expect(() => file(path)).toThrow(message)
  })
  it('refuses a file that is not there', () => {
    expect(() => file(join(dir, 'nope'))).toThrow(/cannot be read \(ENOENT\)/)
  })
  it('looks at policy.rootCert, then ~/.postgresql/root.crt, then the system', () => {
    const path = write('policy.crt', one.root)
    expect(loadRoots({ kind: 'unset' }, path, dir).source).toBe(path)
    expect(loadRoots({ kind: 'unset' }, one.root, dir).pem).toHaveLength(1)
    expect(loadRoots({ kind: 'unset' }, 'system', dir).pem).toBeUndefined()
    expect(loadRoots({ kind: 'unset' }, undefined, dir)).toMatchObject({
      source: 'system',
      pem: undefined,
    })
  })
  it('uses a file rotated in place or renamed over, and says so', () => {
    const reloaded: string[] = []
    const listener = ({ path }: { path: string }) => reloaded.push(path)
    events.on('verify-full:root-cert-reloaded', listener)
    const path = write('root.crt', one.root)
    expect(file(path).pem?.[0]?.trim()).toBe(one.root.trim())
    write('root.crt', two.root)
    expect(file(path).pem?.[0]?.trim()).toBe(two.root.trim())
    renameSync(write('next.crt', one.root), path)
    expect(file(path).pem?.[0]?.trim()).toBe(one.root.trim())
    file(path)
    expect(reloaded).toEqual([path, path])
    write('root.crt', one.root.slice(0, 100))
    expect(() => file(path)).toThrow(RootCertError)
    events.off('verify-full:root-cert-reloaded', listener)
  })
})

describe('loadCrl', () => {
  it('reads PEM and refuses anything else', async () => {
    const crl = await createCrl(one, { revoked: [] })
    expect(loadCrl({ kind: 'inline', pem: crl, origin })).toHaveLength(1)
    expect(loadCrl(undefined)).toBeUndefined()
    expect(() => loadCrl({ kind: 'inline', pem: '', origin })).toThrow(/holds no X509 CRL/)
  })
})
