/** `verify-full doctor` against a real PostgreSQL, and through a real PgBouncer. */
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PolicyOptions } from '@verify-full/core'
import type { DiagnosisId, Examination } from '@verify-full/server'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import {
  type CertificateKind,
  type PkiFiles,
  type PostgresServer,
  pgbouncer,
  pgbouncerAvailable,
  pki,
  postgres,
} from '../support/index.js'
import { run } from './run.js'

const set = await pki()
const HBA = [
  'hostssl postgres app 127.0.0.1/32 cert',
  'hostssl all app 127.0.0.1/32 scram-sha-256',
  'host plain app 127.0.0.1/32 scram-sha-256',
]
let server: PostgresServer
let files: PkiFiles
beforeAll(async () => {
  files = await set.write()
  // PgBouncer runs as another account, and reads root.crt here; keys stay 0600.
  chmodSync(files.dir, 0o755)
  server = await postgres({ hba: HBA })
  await server.admin('create database plain')
})
afterAll(() => Promise.all([server?.stop(), files?.[Symbol.asyncDispose]()]))

interface Change {
  readonly port?: number
  readonly host?: string
  readonly user?: string
  readonly password?: string
  readonly database?: string
  readonly parameters?: Readonly<Record<string, string>>
}
async function examine(change: Change = {}): Promise<Examination> {
  const { port, host, user, password, database } = { ...server, host: 'localhost', ...change }
  const query = new URLSearchParams({
    sslmode: 'verify-full',
    sslrootcert: files.root,
    hostaddr: '127.0.0.1',
    ...change.parameters,
  })
  const text = `postgres://${user}:${password}@${host}:${port}/${database}?${query}`
  const argv = ['doctor', text, '--format', 'json', ...config]
  const { out, err } = await run(argv, { cwd: files.dir, env: { HOME: files.dir } })
  expect(err).toBe('')
  expect(out).not.toContain(server.password)
  return JSON.parse(out).examinations[0]
}
const ids = ({ diagnoses }: Examination): DiagnosisId[] => diagnoses.map(({ id }) => id)
async function present(kind: CertificateKind): Promise<void> {
  onTestFinished(() => server.setCertificate({ ...set.certificate('good'), ca: set.root.root }))
  await server.setCertificate({ ...set.certificate(kind), ca: set.root.root })
}

/** The policy file, for one test; a name of its own, because Node loads a file once. */
function policy(options: PolicyOptions): void {
  const path = join(files.dir, `policy-${Object.keys(options)}-${count++}.json`)
  writeFileSync(path, JSON.stringify(options))
  config = ['--config', path]
  onTestFinished(() => {
    config = []
  })
}
let count = 0
let config: readonly string[] = []

it('a session, step by step', async () => {
  const { steps, diagnoses, session } = await examine()
  expect(diagnoses).toEqual([])
  expect(steps.map(({ id, status }) => `${id}: ${status}`)).toEqual([
    'configuration: passed',
    'root certificates: passed',
    'name resolution: passed',
    'tcp: passed',
    'ssl request: passed',
    'tls handshake: passed',
    'certificate chain: passed',
    'host name: passed',
    'dates: passed',
    'startup: passed',
    'session: passed',
  ])
  expect(steps.find(({ id }) => id === 'startup')?.detail).toContain('SCRAM-SHA-256-PLUS')
  expect(session?.session).toMatchObject({ server: { ssl: true, sameBackend: true } })
})

it('direct TLS', async () => {
  const expected = server.version >= 17 ? [] : ['direct-tls-unavailable']
  expect(ids(await examine({ parameters: { sslnegotiation: 'direct' } }))).toEqual(expected)
})

it('channel binding is demanded, and given', async () => {
  policy({ channelBinding: 'require' })
  const { diagnoses, session } = await examine()
  expect(diagnoses).toEqual([])
  expect(session?.session.channelBinding).toBe(true)
})

it('keywords, as libpq has them', async () => {
  const keywords = {
    host: 'localhost',
    hostaddr: '127.0.0.1',
    port: String(server.port),
    user: server.user,
    password: server.password,
    dbname: server.database,
    sslmode: 'verify-full',
    sslrootcert: files.root,
    channel_binding: 'require',
  }
  const text = Object.entries(keywords).map(([key, value]) => `${key}='${value}'`)
  const { code, out } = await run(['doctor', text.join(' ')], { cwd: files.dir })
  expect(out).toContain('verified: everything that was examined is right')
  expect(code).toBe(0)
})

it('ssl = off', async () => {
  onTestFinished(() => server.setSettings({ ssl: true }))
  await server.setSettings({ ssl: false })
  expect(ids(await examine())).toEqual(['server-says-no'])
})

it('what is not TLS is told apart: password, database, pg_hba.conf', async () => {
  expect(ids(await examine({ password: 'wrong' }))).toEqual(['password-wrong'])
  expect(ids(await examine({ database: 'no_such_database' }))).toEqual(['database-missing'])
  expect(ids(await examine({ user: 'nobody' }))).toEqual(['hba-refuses'])
})

it('a client certificate is demanded: none, the right one, and one whose key others can read', async () => {
  const database = 'postgres'
  expect(ids(await examine({ database }))).toEqual(['client-certificate-demanded'])
  const parameters = { sslcert: files.certificate('client'), sslkey: files.key('client') }
  expect(ids(await examine({ database, parameters }))).toEqual([])
  const sslkey = join(files.dir, 'open.key')
  writeFileSync(sslkey, set.certificate('client').key, { mode: 0o644 })
  const open = await examine({ database, parameters: { ...parameters, sslkey } })
  expect(ids(open)).toEqual(['session-refused'])
  expect(open.diagnoses[0]?.problem).toContain('can be read by others')
})

it.each([
  ['intermediate', []],
  ['intermediate-missing', ['issuer-missing']],
  ['self-signed', ['self-signed']],
  ['expired', ['certificate-expired']],
  ['wrong-name', ['name-mismatch']],
  ['rogue', ['issuer-missing']],
  ['soon-expiring', []],
] as const)('presents %s', async (kind, expected) => {
  await present(kind)
  const examination = await examine()
  expect(ids(examination)).toEqual(expected)
  const dates = examination.steps.find(({ id }) => id === 'dates')
  if (kind === 'soon-expiring') expect(dates).toMatchObject({ status: 'warning' })
})

it('root.crt of another authority: what PostgreSQL presents could be saved', async () => {
  const examination = await examine({ parameters: { sslrootcert: files.rogueRoot } })
  expect(ids(examination)).toEqual(['unknown-root'])
  expect(examination.offeredRoot?.subject).toBe('CN=verify-full test root')
})

it('TLS 1.3 is demanded by the policy, and the server stops at 1.2', async () => {
  onTestFinished(() => server.setSettings({ ssl_max_protocol_version: '' }))
  await server.setSettings({ ssl_max_protocol_version: 'TLSv1.2' })
  policy({ minTlsVersion: 'TLSv1.3' })
  expect(ids(await examine())).toEqual(['tls-version-too-old'])
})

const pooler = pgbouncerAvailable()
if (!pooler) console.warn('NOT TESTED: PgBouncer is not on PATH, so no pooler was examined')
describe.skipIf(!pooler)(pooler ? 'PgBouncer' : 'NOT TESTED: PgBouncer is not on PATH', () => {
  const through = (settings: Parameters<typeof pgbouncer>[0]) => pgbouncer(settings)
  const certificate = set.certificate('good')

  it('TLS on both hops: a session, and the pooler is mentioned', async () => {
    await using bouncer = await through({ server, certificate })
    const { diagnoses, steps } = await examine({ port: bouncer.port })
    expect(diagnoses).toEqual([])
    expect(steps.at(-1)).toMatchObject({ status: 'warning' })
    expect(steps.at(-1)?.detail).toContain('a pooler stands in between')
  })

  it('plaintext behind it: the hop is named', async () => {
    await using bouncer = await through({ server, certificate, serverTls: 'disable' })
    const change = { port: bouncer.port, database: 'plain' }
    expect(ids(await examine(change))).toEqual(['pooler-plaintext'])
  })

  it('plaintext in front of it', async () => {
    await using bouncer = await through({ server, clientTls: 'disable' })
    const examination = await examine({ port: bouncer.port })
    expect(ids(examination)).toEqual(['server-says-no'])
    expect(examination.diagnoses[0]?.fix).toContain('client_tls_sslmode')
  })

  it.each(['tlsv1.3', 'tlsv1.2'])(
    'it demands a client certificate in the handshake, %s',
    async (version) => {
      await using bouncer = await through({
        server,
        certificate,
        clientTls: 'verify-full',
        settings: { client_tls_ca_file: files.root, client_tls_protocols: version },
      })
      const expected = version === 'tlsv1.3' ? 'client-certificate-demanded' : 'handshake-failed'
      expect(ids(await examine({ port: bouncer.port }))).toEqual([expected])
      const parameters = { sslcert: files.certificate('client'), sslkey: files.key('client') }
      // With TLS 1.2 in front and 1.3 behind, pg_stat_ssl tells that these are two connections.
      const behind = version === 'tlsv1.3' ? [] : ['pooler-reencrypts']
      expect(ids(await examine({ port: bouncer.port, parameters }))).toEqual(behind)
    },
  )

  it('channel binding cannot pass through it', async () => {
    await using bouncer = await through({ server, certificate })
    policy({ channelBinding: 'require' })
    expect(ids(await examine({ port: bouncer.port }))).toEqual(['channel-binding-not-offered'])
  })
})
