/** `verify-full certs ...` as files and exit codes; what PostgreSQL makes of them is in certs-server. */
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAuthority, inspectCertificates, issueServerCertificate } from '@verify-full/certs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hostile, pki } from '../support/index.js'
import { freePort } from '../support/postmaster.js'
import { run } from './run.js'

const DAY = 86_400_000
const now = new Date()
let cwd = ''
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'verify-full-certs-'))
})
afterAll(() => rm(cwd, { recursive: true, force: true }))
const at = (days: number) => ({ cwd, now: new Date(now.getTime() + days * DAY) })
const read = (...path: string[]): string => readFileSync(join(cwd, ...path), 'utf8')
const mode = (...path: string[]): number => statSync(join(cwd, ...path)).mode & 0o777
const look = (...path: string[]) => inspectCertificates(read(...path), path.join('/'), now)

describe('certs init', () => {
  it('makes an authority, a server certificate for all names, and clients', async () => {
    const argv = [
      'certs',
      'init',
      '--host',
      'db.example.com',
      'localhost',
      '--ip',
      '127.0.0.1',
      '::1',
    ]
    const { code, out, err } = await run(
      [...argv, '--out', 'a', '--client', 'app', 'report', '--days', '90'],
      { cwd, now },
    )
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(readdirSync(join(cwd, 'a')).sort()).toEqual([
      'ca.key',
      'client-app.crt',
      'client-app.key',
      'client-report.crt',
      'client-report.key',
      'root.crt',
      'server.crt',
      'server.key',
    ])
    for (const key of ['ca.key', 'server.key', 'client-app.key']) expect(mode('a', key)).toBe(0o600)
    expect(look('a', 'server.crt').certificates[0]).toMatchObject({
      names: [
        'DNS:db.example.com',
        'DNS:localhost',
        'IP Address:127.0.0.1',
        'IP Address:0:0:0:0:0:0:0:1',
      ],
      purposes: ['server'],
      ca: false,
    })
    expect(look('a', 'server.crt').daysLeft).toBeLessThanOrEqual(90)
    expect(look('a', 'client-app.crt').certificates[0]).toMatchObject({
      subject: 'CN=app',
      purposes: ['client'],
    })
    expect(out).toContain(`ssl_key_file = '${join(cwd, 'a', 'server.key')}'`)
    expect(out).toContain('hostssl all all all scram-sha-256')
    expect(out).toContain('hostssl all "app" all cert')
    expect(out).not.toMatch(/^\s*host /m)
    expect(out).toContain(`sslmode=verify-full&sslrootcert=${join(cwd, 'a', 'root.crt')}`)
    expect(out).not.toContain('PRIVATE KEY')
  })

  it('overwrites nothing, and then writes nothing', async () => {
    const before = readdirSync(join(cwd, 'a')).map((name) => read('a', name))
    const argv = ['certs', 'init', '--host', 'db', '--out', 'a', '--docker-compose']
    const { code, out, err } = await run(argv, { cwd, now })
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(join(cwd, 'a', 'server.key'))
    expect(readdirSync(join(cwd, 'a')).map((name) => read('a', name))).toEqual(before)
  })

  it.each([
    'ca.key',
    'root.crt',
    'server.crt',
    'server.key',
    'client-app.crt',
    'client-app.key',
    'compose.yaml',
    'pg_hba.conf',
  ])('a %s that is there is enough for nothing to be written', async (name) => {
    const directory = join(cwd, `has-${name}`)
    mkdirSync(directory)
    writeFileSync(join(directory, name), 'mine')
    const more = ['--client', 'app', '--docker-compose', '--out', directory]
    const { code, err } = await run(['certs', 'init', '--host', 'db', ...more], { cwd, now })
    expect(code).toBe(2)
    expect(err).toContain(`${join(directory, name)} already there`)
    expect(readdirSync(directory)).toEqual([name])
    expect(read(`has-${name}`, name)).toBe('mine')
  })

  it('writes all or nothing: a link that leads nowhere, and a directory that is a file', async () => {
    const directory = join(cwd, 'half')
    mkdirSync(directory)
    symlinkSync(join(cwd, 'nowhere'), join(directory, 'server.key'))
    const half = await run(['certs', 'init', '--host', 'db', '--out', directory], { cwd, now })
    expect(half).toMatchObject({ code: 2, out: '' })
    expect(half.err).toContain(`${join(directory, 'server.key')} cannot be written (EEXIST)`)
    expect(readdirSync(directory)).toEqual(['server.key'])
    const odd = await run(['certs', 'request', '--host', 'db', '--out', 'a/root.crt'], { cwd, now })
    expect(odd.code).toBe(2)
    expect(odd.err).toMatch(
      /root\.crt.* cannot be written \((ENOTDIR|EEXIST)\): nothing was written/,
    )
  })

  it('--self-signed: root.crt is the certificate, and a warning', async () => {
    const argv = ['certs', 'init', '--host', 'localhost', '--out', 'self', '--self-signed']
    const { code, err } = await run(argv, { cwd, now })
    expect(code).toBe(0)
    expect(err).toContain('its own issuer')
    expect(readdirSync(join(cwd, 'self')).sort()).toEqual(['root.crt', 'server.crt', 'server.key'])
    expect(read('self', 'root.crt')).toBe(read('self', 'server.crt'))
    const clients = await run([...argv, '--client', 'app'], { cwd, now })
    expect(clients.err).toContain('--client needs an authority')
  })

  it.each([
    [[], "required option '--host"],
    [['--host', 'https://db'], "verify-full: 'https://db' is neither an IP address nor a DNS name"],
    [['--host', 'db', '--ip', 'db2'], "--ip: 'db2' is no IP address"],
    [['--host', 'db', '--days', '0'], 'from 1 to 36500'],
    [['--host', 'db', '--client', '../x'], 'a role is a file name here'],
  ])('%j is refused', async (options, message) => {
    const { code, err } = await run(['certs', 'init', ...options, '--out', 'none'], { cwd, now })
    expect(code).toBe(2)
    expect(err).toContain(message)
    expect(readdirSync(cwd)).not.toContain('none')
  })
})

describe('certs request', () => {
  it('writes a key and a request, once', async () => {
    const argv = ['certs', 'request', '--host', 'db.example.com', '--out', 'csr']
    expect(await run(argv, { cwd, now })).toMatchObject({ code: 0, err: '' })
    expect(read('csr', 'server.csr')).toContain('BEGIN CERTIFICATE REQUEST')
    expect(mode('csr', 'server.key')).toBe(0o600)
    expect(await run(argv, { cwd, now })).toMatchObject({ code: 2 })
  })
})

describe('certs inspect', () => {
  it('shows what is there; 1 where it expires within --days', async () => {
    const fresh = await run(['certs', 'inspect', 'a/server.crt'], at(0))
    expect(fresh).toMatchObject({ code: 0, err: '' })
    expect(fresh.out).toMatch(/names +DNS:db\.example\.com, /)
    expect(fresh.out).toMatch(/days left +(89|90)\n/)
    const late = await run(['certs', 'inspect', 'a/server.crt'], at(70))
    expect(late.code).toBe(1)
    expect(late.out).toContain('EXPIRES IN LESS THAN 30 DAYS')
    expect(await run(['certs', 'inspect', 'a/server.crt', '--days', '5'], at(70))).toMatchObject({
      code: 0,
    })
    expect(await run(['certs', 'inspect', 'a/server.crt', '--days', '5'], at(500))).toMatchObject({
      code: 1,
    })
  })

  it('as JSON', async () => {
    const { code, out } = await run(['certs', 'inspect', 'a/root.crt', '--format', 'json'], at(0))
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      order: 'single',
      expiring: false,
      certificates: [{ ca: true, selfSigned: true }],
    })
  })

  it('a server, without trusting it', async () => {
    const set = await pki()
    await using server = await hostile({ tls: { certificate: set.certificate('intermediate') } })
    const { code, out } = await run(['certs', 'inspect', `127.0.0.1:${server.port}`], at(0))
    expect(code).toBe(0)
    expect(out).toContain('certificate 2 of 2')
    expect(out).toContain('a chain, in the order that ssl_cert_file needs')
    await using refusing = await hostile({ answer: 'refuse' })
    const none = await run(['certs', 'inspect', `127.0.0.1:${refusing.port}`], at(0))
    expect(none).toMatchObject({ code: 2, out: '' })
    expect(none.err).toContain('presented no certificate: 127.0.0.1 answers SSLRequest with N, not')
    const gone = await run(['certs', 'inspect', `127.0.0.1:${await freePort()}`], at(0))
    expect(gone).toMatchObject({ code: 2, out: '' })
    expect(gone.err).toContain('127.0.0.1 cannot be reached (ECONNREFUSED)')
  })

  it('what is neither, and what is no certificate', async () => {
    expect((await run(['certs', 'inspect', 'nowhere'], at(0))).err).toContain(
      'nowhere: no such file',
    )
    const key = await run(['certs', 'inspect', 'a/server.key'], at(0))
    expect(key).toMatchObject({ code: 2, out: '' })
    expect(key.err).toContain('a/server.key: holds PEM, but no certificate')
    expect(key.err).not.toContain('PRIVATE KEY')
  })

  it('cannot be fooled into writing to the terminal', async () => {
    const authority = await createAuthority({ name: 'x', now })
    const evil = await issueServerCertificate(authority, {
      hosts: ['db'],
      now,
      commonName: 'a\u202eb',
    })
    writeFileSync(join(cwd, 'evil.crt'), evil.chain)
    const { out } = await run(['certs', 'inspect', 'evil.crt'], at(0))
    expect(out).not.toContain('\u202e')
  })
})

describe('certs rehearse', () => {
  const rehearse = (...argv: string[]) => run(['certs', 'rehearse', ...argv], at(0))

  it('0 where clients will accept, 1 where not, with the reason', async () => {
    const files = ['--root', 'a/root.crt', '--next', 'a/server.crt']
    expect(await rehearse(...files)).toMatchObject({ code: 0 })
    expect(await rehearse(...files, '--host', 'localhost')).toMatchObject({ code: 0 })
    const wrong = await rehearse(...files, '--host', 'db2.example.com')
    expect(wrong.code).toBe(1)
    expect(wrong.out).toContain('not for db2.example.com but for DNS:db.example.com')
    const self = await rehearse('--root', 'a/root.crt', '--next', 'self/server.crt')
    expect(self.code).toBe(1)
    expect(self.out).toContain('self/server.crt is self-signed')
    const json = await rehearse(...files, '--format', 'json')
    expect(JSON.parse(json.out)).toMatchObject({ trusted: true, reasons: [] })
  })

  it('2 where a file cannot be used', async () => {
    expect((await rehearse('--root', 'no.crt', '--next', 'a/server.crt')).err).toContain(
      'no.crt cannot be read (ENOENT)',
    )
    writeFileSync(join(cwd, 'empty.crt'), '')
    const empty = await rehearse('--root', 'empty.crt', '--next', 'a/server.crt')
    expect(empty).toMatchObject({ code: 2, out: '' })
    expect(empty.err).toContain('empty.crt: is empty')
    const key = await rehearse('--root', 'a/root.crt', '--next', 'a/server.key')
    expect(key).toMatchObject({ code: 2, out: '' })
    expect(key.err).toContain('a/server.key: holds PEM, but no certificate')
    chmodSync(join(cwd, 'empty.crt'), 0o600)
  })
})
