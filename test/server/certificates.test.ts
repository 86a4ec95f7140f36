import { appendFileSync, chmodSync, copyFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, Socket } from 'node:net'
import { join } from 'node:path'
import tls from 'node:tls'
import {
  type Events,
  events,
  guard,
  PolicyError,
  type PolicyOptions,
  verifySession,
} from '@verify-full/pg'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  type CertificateKind,
  type Pki,
  type PkiFiles,
  type PostgresServer,
  pki,
  postgres,
} from '../support/index.js'

let server: PostgresServer
let set: Pki
let files: PkiFiles
beforeAll(async () => {
  set = await pki()
  files = await set.write()
  // With the database `postgres` a client certificate is asked for, with `app` a password.
  server = await postgres({
    hba: [
      'hostssl postgres app 127.0.0.1/32 cert',
      'hostssl all app 127.0.0.1/32 scram-sha-256',
      'hostssl all app ::1/128 scram-sha-256',
    ],
  })
})
afterAll(() => Promise.all([server?.stop(), files?.[Symbol.asyncDispose]()]))

const account = () => ({
  host: '127.0.0.1',
  port: server.port,
  user: server.user,
  password: server.password,
  database: server.database,
  connectionTimeoutMillis: 5000,
})
const right = () => ({ ...account(), ssl: { ca: set.root.root } })
const url = (parameters: Record<string, string>, database = server.database) =>
  `postgres://${server.user}:${server.password}@127.0.0.1:${server.port}/${database}?${new URLSearchParams(
    { sslmode: 'verify-full', sslrootcert: files.root, ...parameters },
  )}`

/** Another certificate for this test. */
async function present(kind: CertificateKind): Promise<void> {
  onTestFinished(() => server.setCertificate({ ...set.certificate('good'), ca: set.root.root }))
  await server.setCertificate({ ...set.certificate(kind), ca: set.root.root })
}

function poolOf(config: pg.PoolConfig, policy?: PolicyOptions): pg.Pool {
  const pool = guard(new pg.Pool(config), policy)
  // pg-pool's end() does not wait for its connections: a server that stops then is still heard.
  pool.on('error', (error: Error & { code?: string }) => {
    if (error.code !== '57P01') throw error
  })
  onTestFinished(() => pool.end())
  return pool
}

/** Opens one connection: 'connected', or the rules that refused it. */
async function outcome(config: pg.PoolConfig, policy?: PolicyOptions): Promise<string> {
  try {
    const { rows } = await poolOf(config, policy).query('select 1 as v')
    expect(rows).toEqual([{ v: 1 }])
    return 'connected'
  } catch (error) {
    expect(error).toBeInstanceOf(PolicyError)
    const { message, violations } = error as PolicyError
    expect(message).not.toContain(server.password)
    expect(message).not.toContain('PRIVATE KEY')
    return violations.map(({ rule }) => rule).join()
  }
}

describe('client certificates', () => {
  const withCert = (ssl: object) => ({
    ...account(),
    database: 'postgres',
    ssl: { ca: set.root.root, ...ssl },
  })
  const named = (parameters: Record<string, string>) => ({
    connectionString: url(parameters, 'postgres'),
  })
  const key = (name: string, mode: number): string => {
    const path = join(files.dir, name)
    copyFileSync(files.key('client'), path)
    chmodSync(path, mode)
    onTestFinished(() => rmSync(path))
    return path
  }

  it('as PEM', async () => {
    const { chain: cert, key } = set.certificate('client')
    expect(await outcome(withCert({ cert, key }))).toBe('connected')
    expect(await outcome(withCert({ cert: Buffer.from(cert), key: Buffer.from(key) }))).toBe(
      'connected',
    )
  })

  it('as sslcert and sslkey of the connection string', async () => {
    const [sslcert, sslkey] = [files.certificate('client'), files.key('client')]
    expect(await outcome(named({ sslcert, sslkey }))).toBe('connected')
    const client = guard(new pg.Client(named({ sslcert, sslkey })))
    await client.connect()
    await client.end()
  })

  it('of a CA that the server does not know fail at the server', async () => {
    const { chain: cert, key } = set.certificate('rogue-client')
    const error = await poolOf(withCert({ cert, key }))
      .query('select 1')
      .catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(Error)
    expect(await outcome(right())).toBe('connected')
  })

  it('whose key others can read are refused, with its path', async () => {
    for (const mode of [0o644, 0o604, 0o660]) {
      const sslkey = key(`${mode.toString(8)}.key`, mode)
      const config = named({ sslcert: files.certificate('client'), sslkey })
      expect(() => guard(new pg.Pool(config))).toThrow(PolicyError)
      expect(() => guard(new pg.Pool(config))).toThrow(sslkey)
      const Guarded = guard({ Client: pg.Client, Pool: pg.Pool }).Client
      await expect(new Guarded(config).connect()).rejects.toMatchObject({
        code: 'ERR_VERIFY_FULL_POLICY',
        violations: [{ rule: 'client-certificate-unusable' }],
      })
    }
  })

  it('whose key is root-owned and 0640 are accepted, as by libpq', async (context) => {
    if (process.getuid?.() !== 0) context.skip('only root can make a root-owned key')
    const sslkey = key('0640.key', 0o640)
    const config = named({ sslcert: files.certificate('client'), sslkey })
    expect(await outcome(config)).toBe('connected')
  })

  it('without their key, or a key without certificate, are refused', async () => {
    const { chain: cert, key } = set.certificate('client')
    const lone = [
      withCert({ cert }),
      withCert({ key }),
      named({ sslcert: files.certificate('client') }),
      named({ sslkey: files.key('client') }),
    ]
    for (const config of lone) {
      expect(await outcome(config)).toBe('client-certificate-unusable')
    }
  })

  it('whose files are missing are refused, with the path', async () => {
    const sslkey = join(files.dir, 'no-such.key')
    const config = named({ sslcert: files.certificate('client'), sslkey })
    expect(() => guard(new pg.Pool(config))).toThrow(sslkey)
  })
})

describe('revocation lists', () => {
  it('refuse a revoked certificate: ssl.crl and sslcrl', async () => {
    await present('revoked')
    expect(await outcome(right())).toBe('connected')
    const inline = { ...account(), ssl: { ca: set.root.root, crl: set.crl } }
    expect(await outcome(inline)).toBe('certificate-revoked')
    const named = { connectionString: url({ sslcrl: files.crl }) }
    expect(await outcome(named)).toBe('certificate-revoked')
    const rogue = { connectionString: url({ sslcrl: join(files.dir, 'no-such.crl') }) }
    expect(await outcome(rogue)).toBe('root-cert-unusable')
  })

  it('accept the others', async () => {
    const inline = { ...account(), ssl: { ca: set.root.root, crl: set.crl } }
    expect(await outcome(inline)).toBe('connected')
    const { warnings } = await verifySession(
      poolOf({ connectionString: url({ sslcrl: files.crl }) }),
    )
    expect(warnings).toMatchObject([{ rule: 'setting-discarded', origin: { key: 'sslcrl' } }])
  })

  it('must cover the whole chain, as in libpq', async () => {
    await present('intermediate')
    const ssl = { ca: set.root.root, crl: [set.crl, set.intermediateCrl] as never }
    expect(await outcome({ ...account(), ssl })).toBe('connected')
    const half = { ca: set.root.root, crl: set.crl }
    expect(await outcome({ ...account(), ssl: half })).toBe('certificate-not-verified')
  })
})

describe('chains', () => {
  it('with their intermediate are accepted', async () => {
    await present('intermediate')
    expect(await outcome(right())).toBe('connected')
  })

  it('without it are refused', async () => {
    await present('intermediate-missing')
    expect(await outcome(right())).toBe('certificate-not-verified')
  })
})

describe('a root.crt that is rotated while the pool lives', () => {
  const rotations: [string, (path: string, pem: string) => void][] = [
    [
      'renamed over',
      (path, pem) => {
        writeFileSync(`${path}.new`, pem)
        renameSync(`${path}.new`, path)
      },
    ],
    ['written in place', (path, pem) => writeFileSync(path, pem)],
    ['appended to', (path, pem) => appendFileSync(path, pem)],
  ]
  it.each(rotations)('%s is used by the next connection', async (how, rotate) => {
    const path = join(files.dir, `rotated ${how}.crt`)
    copyFileSync(files.root, path)
    const reloaded: Events['verify-full:root-cert-reloaded'][] = []
    const listener = (event: (typeof reloaded)[number]) => reloaded.push(event)
    events.on('verify-full:root-cert-reloaded', listener)
    onTestFinished(() => events.off('verify-full:root-cert-reloaded', listener))
    const pool = poolOf({ connectionString: url({ sslrootcert: path }), maxUses: 1 })
    const ask = async () => (await pool.query('select 1 as v')).rows
    expect(await ask()).toEqual([{ v: 1 }])
    await present('rogue')
    await expect(ask()).rejects.toMatchObject({
      violations: [{ rule: 'certificate-not-verified' }],
    })
    expect(reloaded).toEqual([])
    rotate(path, set.rogueRoot.root)
    expect(await ask()).toEqual([{ v: 1 }])
    expect(await ask()).toEqual([{ v: 1 }])
    expect(reloaded).toMatchObject([{ path }])
    // Half a file, as a reader sees that comes between two writes: refused, and never the old roots.
    writeFileSync(path, set.rogueRoot.root.slice(0, 200))
    await expect(ask()).rejects.toMatchObject({
      code: 'ERR_VERIFY_FULL_ROOT_CERT',
      violations: [{ rule: 'root-cert-unusable' }],
    })
    rmSync(path)
    await expect(ask()).rejects.toMatchObject({ violations: [{ rule: 'root-cert-unusable' }] })
  })
})

describe('what the process or the application does to TLS', () => {
  it('NODE_TLS_REJECT_UNAUTHORIZED=0, set at run time, is refused', async () => {
    const pool = poolOf({ ...right(), maxUses: 1 })
    await pool.query('select 1')
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    try {
      await expect(pool.query('select 1')).rejects.toMatchObject({
        name: 'PolicyError',
        violations: [{ rule: 'ambient-override' }],
      })
      expect(() => guard(new pg.Pool(right()))).toThrow(PolicyError)
    } finally {
      vi.unstubAllEnvs()
    }
    await pool.query('select 1')
  })

  it('tls.checkServerIdentity, replaced after the import, fools nobody', async () => {
    await present('wrong-name')
    const original = tls.checkServerIdentity
    const replaced = { calls: 0 }
    tls.checkServerIdentity = () => {
      replaced.calls++
      return undefined
    }
    try {
      const naive = new pg.Client(right())
      await naive.connect()
      await naive.end()
      expect(replaced.calls).toBe(1)
      expect(await outcome(right())).toBe('hostname-not-verified')
      expect(replaced.calls).toBe(1)
    } finally {
      tls.checkServerIdentity = original
    }
  })

  it.each([
    ['secureContext', () => tls.createSecureContext()],
    ['session', () => Buffer.from('session')],
    ['socket', () => new Socket()],
    ['pskCallback', () => () => null],
  ])('ssl.%s is refused', async (name, value) => {
    const config = { ...account(), ssl: { ca: set.root.root, [name]: value() } }
    expect(await outcome(config)).toBe('tls-delegated')
  })
})

describe('names', () => {
  it('an IP address is looked for among the IP addresses, not as localhost', async () => {
    const { session } = await verifySession(poolOf(right()))
    expect(session.local?.certificate.names).toContain('IP Address:127.0.0.1')
    await present('localhost-only')
    expect(await outcome(right())).toBe('hostname-not-verified')
    expect(await outcome({ ...right(), host: 'localhost' })).toBe('connected')
  })

  it('an IPv6 address', async (context) => {
    if (!(await hasIpv6())) context.skip('this machine has no IPv6 loopback address')
    const { session } = await verifySession(poolOf({ ...right(), host: '::1' }))
    expect(session.endpoint).toMatchObject({ host: '::1' })
    await present('localhost-only')
    expect(await outcome({ ...right(), host: '::1' })).toBe('hostname-not-verified')
  })

  it('in another case are the same', async () => {
    for (const host of ['LocalHost', 'DB.Example.COM']) {
      const config = { ...right(), host, hostaddr: '127.0.0.1' } as pg.PoolConfig
      expect(await outcome(config)).toBe('connected')
    }
  })

  const hasIpv6 = () =>
    new Promise<boolean>((resolve) => {
      const probe = createServer().once('error', () => resolve(false))
      probe.listen(0, '::1', () => probe.close(() => resolve(true)))
    })
})

describe('a server with TLS 1.2 only', () => {
  it('is accepted, and refused where the policy or ssl.minVersion demands 1.3', async () => {
    onTestFinished(() => server.setSettings({ ssl_max_protocol_version: '' }))
    await server.setSettings({ ssl_max_protocol_version: 'TLSv1.2' })
    const { session } = await verifySession(poolOf(right()))
    expect(session.local?.version).toBe('TLSv1.2')
    expect(session.server?.version).toBe('TLSv1.2')
    expect(await outcome(right(), { minTlsVersion: 'TLSv1.3' })).toBe('handshake-failed')
    const ssl = { ca: set.root.root, minVersion: 'TLSv1.3' as const }
    expect(await outcome({ ...account(), ssl })).toBe('handshake-failed')
    // PostgreSQL's own answer, in words.
    await expect(verifySession(poolOf(right(), { minTlsVersion: 'TLSv1.3' }))).rejects.toThrow(
      'the server speaks no TLS version that is allowed here (ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION)',
    )
  })
})
