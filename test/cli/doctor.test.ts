/** `verify-full doctor` against servers that do what PostgreSQL would not, and against odd command lines. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import {
  type Authority,
  createAuthority,
  type IssuedCertificate,
  issueServerCertificate,
} from '@verify-full/certs'
import { DIAGNOSIS_IDS, type DiagnosisId, type Examination } from '@verify-full/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Authentication,
  type HostileServer,
  hostile,
  hostileBehaviours,
  type PkiFiles,
  pki,
  signed,
  unaccepting,
} from '../support/index.js'
import { type Outcome, run, type Surroundings } from './run.js'

const USER = 'doctor-user'
const PASSWORD = 'hunter2-hunter2'
const set = await pki()
let files: PkiFiles
beforeAll(async () => {
  files = await set.write()
  writeFileSync(join(files.dir, 'verify-full.config.json'), '{ "gateTimeoutMillis": 1500 }')
})
afterAll(() => files?.[Symbol.asyncDispose]())

interface Parameters {
  readonly [key: string]: string | undefined
}
const url = (port: number, parameters: Parameters = {}, host = 'localhost'): string => {
  const all = {
    sslmode: 'verify-full',
    sslrootcert: files.root,
    hostaddr: '127.0.0.1',
    ...parameters,
  }
  const query = Object.entries(all).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${encodeURIComponent(value)}`],
  )
  return `postgres://${USER}:${PASSWORD}@${host}:${port}/doctor-db?${query.join('&')}`
}
const keywords = (...ports: readonly number[]): string =>
  `host=${ports.map(() => 'localhost').join()} hostaddr=${ports.map(() => '127.0.0.1').join()} ` +
  `port=${ports.join()} user=${USER} password=${PASSWORD} sslmode=verify-full sslrootcert=${files.root}`
async function doctor(argv: readonly string[], surroundings: Surroundings = {}): Promise<Outcome> {
  const home = { HOME: files.dir }
  const outcome = await run(['doctor', ...argv], { cwd: files.dir, env: home, ...surroundings })
  expect(outcome.out + outcome.err).not.toMatch(/hunter2|doctor-user|PRIVATE KEY/)
  return outcome
}
async function examine(text: string, ...argv: string[]): Promise<Examination> {
  const { code, out, err } = await doctor([text, '--format', 'json', '--timeout', '2', ...argv])
  expect(err).toBe('')
  const [examination] = (JSON.parse(out) as { examinations: [Examination] }).examinations
  expect(code).toBe(examination.diagnoses.length === 0 ? 0 : 1)
  return examination
}
const ids = ({ diagnoses }: Examination): DiagnosisId[] => diagnoses.map(({ id }) => id)

/** What a server has been told when nothing was verified: an SSLRequest, a ClientHello. */
function expectNothingSaid({ connections }: HostileServer): void {
  for (const { messages, passwords, secure } of connections) {
    expect(messages.filter((type) => type !== 'SSLRequest')).toEqual([])
    expect(passwords).toEqual([])
    expect(secure).toHaveLength(0)
  }
}

const EXPECTED: Record<string, readonly DiagnosisId[]> = {
  'answers N': ['server-says-no'],
  'answers ErrorResponse': ['not-postgresql'],
  'never answers SSLRequest': ['ssl-request-unanswered'],
  'answers a garbage byte': ['not-postgresql'],
  'closes at SSLRequest': ['not-postgresql'],
  'stuffs plaintext after S': ['plaintext-injected'],
  'hangs in the handshake': ['handshake-unanswered'],
  'presents the rogue certificate': ['issuer-missing'],
  'presents the wrong-name certificate': ['name-mismatch'],
  'presents the expired certificate': ['certificate-expired'],
  'presents the not-yet-valid certificate': ['certificate-not-yet-valid'],
  'presents the client-usage certificate': ['not-a-server-certificate'],
  'presents the intermediate-missing certificate': ['issuer-missing'],
  'presents the self-signed certificate': ['self-signed'],
  'speaks TLS 1.0 only': ['tls-version-too-old'],
  'speaks TLS 1.1 only': ['tls-version-too-old'],
  'direct TLS without ALPN': ['direct-tls-unavailable'],
  'direct TLS that agrees on http/1.1 only': ['direct-tls-unavailable'],
  'hangs in authentication': ['startup-unanswered'],
  'says ssl = false': ['pooler-plaintext'],
  'says another version': ['pooler-reencrypts'],
  'says another cipher': ['pooler-reencrypts'],
  'says another pid': [],
  'answers the session query with an error': ['session-refused'],
  'answers the session query with no rows': ['session-refused'],
  'answers the session query with garbage': ['session-refused'],
  'closes at the session query': ['session-failed'],
  'hangs at the session query': ['session-refused'],
}

describe('a server that', () => {
  it.concurrent.each(hostileBehaviours(set))(
    '$name',
    async ({ name, script, refusedAt, direct }) => {
      const early = refusedAt === 'negotiation' || refusedAt === 'handshake'
      await using server = await hostile({
        ...script,
        ...(early ? { authentication: 'cleartext' } : {}),
      })
      const text = url(server.port, direct ? { sslnegotiation: 'direct' } : {})
      const examination = await examine(text)
      expect(ids(examination)).toEqual(EXPECTED[name])
      for (const { problem, fix, docs } of examination.diagnoses) {
        expect(problem).not.toBe('')
        expect(fix).not.toBe('')
        expect(docs).toMatch(/^docs\/doctor\.md#/)
      }
      await server.settled()
      if (early) expectNothingSaid(server)
    },
  )

  it.each([
    ['has too many connections', () => 'busy', ['startup-refused']],
    [
      'offers channel binding to the probe only',
      (connection) => (connection === 0 ? 'sasl-plus' : 'cleartext'),
      ['channel-binding-missing'],
    ],
  ] satisfies [string, (connection: number) => Authentication, DiagnosisId[]][])(
    '%s gets no password',
    async (_, authentication, expected) => {
      await using server = await hostile({
        tls: { certificate: set.certificate('good') },
        authentication,
      })
      const text = `${keywords(server.port)} channel_binding=require`
      expect(ids(await examine(text))).toEqual(expected)
      for (const { passwords } of server.connections) expect(passwords).toEqual([])
    },
  )

  it('would take the password in cleartext gets it only over a verified connection', async () => {
    await using server = await hostile({
      tls: { certificate: set.certificate('good') },
      authentication: 'cleartext',
    })
    expect(ids(await examine(url(server.port)))).toEqual([])
    await server.settled()
    const [first, second] = server.connections
    expect(first?.passwords).toEqual([])
    expect(second?.passwords.map(String)).toEqual([`${PASSWORD}\0`])
    expect(second?.raw).toHaveLength(0)
  })
})

describe('certificates', () => {
  const good = () => hostile({ tls: { certificate: set.certificate('good') } })

  it('for other names: the nearest one is named', async () => {
    await using server = await hostile({ tls: { certificate: set.certificate('wrong-name') } })
    const { diagnoses } = await examine(url(server.port, {}, 'db.example.com'))
    expect(diagnoses[0]?.problem).toContain('not for db.example.com but for DNS:other.example.com')
    expect(diagnoses[0]?.fix).toContain('dial other.example.com')
  })

  it('dialled by an address that is not in them', async () => {
    await using server = await hostile({ tls: { certificate: set.certificate('localhost-only') } })
    const examination = await examine(url(server.port, { hostaddr: undefined }, '127.0.0.1'))
    expect(ids(examination)).toEqual(['ip-not-in-certificate'])
    expect(examination.diagnoses[0]?.fix).toContain('host=localhost hostaddr=127.0.0.1')
  })

  it('by the clock: expired, early, a clock that is behind, an authority that is dead', async () => {
    await using server = await hostile({
      tls: { certificate: { ...set.certificate('good'), chain: set.certificate('good').chain } },
    })
    const day = 86_400_000
    const at = async (days: number): Promise<DiagnosisId[]> => {
      const now = new Date(Date.now() + days * day)
      const { out } = await doctor([url(server.port), '--format', 'json'], { now })
      return ids(JSON.parse(out).examinations[0])
    }
    expect(await at(0)).toEqual([])
    expect(await at(500)).toEqual(['certificate-expired'])
    expect(await at(-2)).toEqual(['certificate-not-yet-valid'])
    expect(await at(-1000)).toEqual(['clock-behind'])
    expect(await at(5000)).toEqual(['certificate-expired'])
    await server.settled()
  })

  it('another root; several things wrong at once; a provider is named by the host', async () => {
    await using server = await hostile({ tls: { certificate: set.certificate('wrong-name') } })
    const host = 'db.abcdefgh.eu-west-1.rds.amazonaws.com'
    const examination = await examine(url(server.port, { sslrootcert: files.rogueRoot }, host))
    expect(ids(examination)).toEqual(['issuer-missing', 'name-mismatch'])
    expect(examination.diagnoses[0]?.hint).toContain('truststore.pki.rds.amazonaws.com')
    const unsure = await examine(
      url(server.port, { sslrootcert: files.rogueRoot }, 'db-1.db.ondigitalocean.com'),
    )
    expect(unsure.diagnoses[0]?.hint).toContain('[unverified')
    expectNothingSaid(server)
  })

  it('a Cloud SQL instance, dialled by address, is known by its certificate', async () => {
    const { root } = set
    const issued = await issueServerCertificate(root, {
      hosts: ['unused.invalid'],
      commonName: 'my-project:my-instance',
      notBefore: new Date(Date.now() - 60_000),
    })
    await using server = await hostile({ tls: { certificate: issued } })
    const { diagnoses } = await examine(url(server.port, { hostaddr: undefined }, '127.0.0.1'))
    expect(diagnoses[0]).toMatchObject({ id: 'ip-not-in-certificate' })
    expect(diagnoses[0]?.hint).toContain('Google Cloud SQL')
  })

  it.each([
    ['missing', 'no-such.crt', undefined, 'cannot be read (ENOENT)'],
    ['empty', 'empty.crt', '', 'is empty'],
    ['a key', 'key.crt', () => set.certificate('good').key, 'a private key?'],
    ['half a file', 'half.crt', () => set.root.root.slice(0, 200), 'only 0 are complete'],
  ])(
    'root.crt is %s: what the server presents is shown all the same',
    async (_, name, content, why) => {
      const path = join(files.dir, name)
      if (content !== undefined) {
        writeFileSync(path, typeof content === 'function' ? content() : content)
      }
      await using server = await hostile({ tls: { certificate: set.certificate('self-signed') } })
      const examination = await examine(url(server.port, { sslrootcert: path }))
      expect(ids(examination)).toEqual(['root-cert-unusable'])
      expect(examination.diagnoses[0]?.problem).toContain(why)
      expect(examination.offeredRoot).toMatchObject({ selfSigned: true })
      await server.settled()
      expectNothingSaid(server)
    },
  )

  it.each(['intermediate-missing', 'good'] as const)(
    'root.crt is no root: the certificate %s itself',
    async (kind) => {
      await using server = await hostile({ tls: { certificate: set.certificate(kind) } })
      const sslrootcert = files.certificate(kind)
      const examination = await examine(url(server.port, { sslrootcert }))
      expect(ids(examination)).toEqual(['root-cert-not-a-root'])
      expect(examination.diagnoses[0]?.problem).toContain('CN=localhost')
      expectNothingSaid(server)
    },
  )

  it('no root is configured: Node trusts public CAs, and says so', async () => {
    await using server = await good()
    const examination = await examine(url(server.port, { sslrootcert: undefined }))
    expect(ids(examination)).toEqual(['issuer-missing'])
    expect(examination.diagnoses[0]?.problem).toContain('the list of public CAs')
  })

  it('a configuration below verify-full is examined, but never given a session', async () => {
    await using server = await good()
    for (const sslmode of ['require', 'prefer', undefined]) {
      const bare = sslmode === undefined ? { sslrootcert: undefined } : {}
      const examination = await examine(url(server.port, { sslmode, ...bare }))
      expect(ids(examination)).toContain('configuration-refused')
      expect(examination.steps.at(-1)).toMatchObject({ id: 'session', status: 'skipped' })
    }
    for (const { passwords, raw } of server.connections) {
      expect(passwords).toEqual([])
      expect(raw).toHaveLength(0)
    }
  })

  it('every diagnosis of the chain survives as text', async () => {
    await using server = await hostile({ tls: { certificate: set.certificate('self-signed') } })
    const { code, out } = await doctor([url(server.port)])
    expect(code).toBe(1)
    expect(out).toMatch(/^ {2}FAIL +certificate chain +the server's certificate is self-signed/m)
    expect(out).toMatch(/^ {2}- +session/m)
    expect(out).toMatch(/^ {2}fix +get the CA certificate/m)
    expect(out).not.toMatch(/rejectUnauthorized|sslmode=require|no-verify/)
  })
})

describe('chains that are odd', () => {
  const presenting = (identity: Authority | IssuedCertificate) =>
    hostile({ tls: { certificate: identity }, authentication: 'cleartext' })
  const rootFile = (name: string, pem: string): string => {
    const path = join(files.dir, name)
    writeFileSync(path, pem)
    return path
  }

  it('another authority of the same name', async () => {
    const namesake = await createAuthority({ name: 'verify-full test root' })
    const sslrootcert = rootFile('namesake.crt', namesake.root)
    await using server = await presenting(set.certificate('good'))
    expect(ids(await examine(url(server.port, { sslrootcert })))).toEqual(['issuer-other-key'])
    expectNothingSaid(server)
  })

  it('signed with the key of a server', async () => {
    const issuer = await signed({ name: 'a server', authority: false, issuer: set.root })
    const forged = await signed({ name: 'forged', authority: false, hosts: ['localhost'], issuer })
    await using server = await presenting(forged)
    const examination = await examine(url(server.port))
    expect(ids(examination)).toEqual(['not-an-authority'])
    expect(examination.diagnoses[0]?.problem).toMatch(/^CN=a server signed the certificate/)
    expectNothingSaid(server)
  })

  it('longer than its root allows: what OpenSSL alone refuses', async () => {
    const root = await signed({ name: 'short root', authority: true, pathLength: 0 })
    const between = await signed({ name: 'between', authority: true, issuer: root })
    const leaf = { name: 'leaf', authority: false, hosts: ['localhost'], issuer: between }
    const sslrootcert = rootFile('short.crt', root.root)
    await using server = await presenting(await signed(leaf))
    const examination = await examine(url(server.port, { sslrootcert }))
    expect(ids(examination)).toEqual(['chain-refused'])
    expect(examination.diagnoses[0]?.problem).toContain('PATH_LENGTH_EXCEEDED')
    expectNothingSaid(server)
  })

  it('its root expires first', async () => {
    const issued = { hosts: ['localhost'], days: 30_000 }
    await using server = await presenting(await issueServerCertificate(set.root, issued))
    const now = new Date(Date.now() + 20 * 365 * 86_400_000)
    const { out } = await doctor([url(server.port), '--format', 'json'], { now })
    expect(ids(JSON.parse(out).examinations[0])).toEqual(['root-expired'])
    expectNothingSaid(server)
  })
})

describe('--save-root', () => {
  const withRoot = (kind: 'good' | 'rogue') => {
    const root = kind === 'good' ? set.root.root : set.rogueRoot.root
    const { certificate, key } = set.certificate(kind)
    return hostile({ tls: { certificate: { certificate, chain: certificate + root, key } } })
  }
  const fingerprint = async (port: number) =>
    (await examine(url(port, { sslrootcert: files.rogueRoot }))).offeredRoot?.fingerprint256 ?? ''
  const save = (port: number, name: string, ...argv: string[]) => [
    url(port, { sslrootcert: files.rogueRoot }),
    '--save-root',
    join(files.dir, name),
    ...argv,
  ]
  const saved = (name: string): string | undefined => {
    try {
      return readFileSync(join(files.dir, name), 'utf8')
    } catch {
      return undefined
    }
  }

  it('by fingerprint: stores the CA and examines again with it', async () => {
    await using server = await withRoot('good')
    const known = await fingerprint(server.port)
    const { code, out, err } = await doctor(save(server.port, 'a.crt', '--fingerprint', known))
    expect(code).toBe(0)
    expect(saved('a.crt')?.trim()).toBe(set.root.root.trim())
    expect(err).toContain(`sslrootcert=${join(files.dir, 'a.crt')}`)
    expect(out).toContain('FAIL  certificate chain')
    expect(out).toContain('verified: everything that was examined is right')
    const short = known.replaceAll(':', '').toLowerCase()
    const again = await doctor(save(server.port, 'b.crt', '--fingerprint', `sha256:${short}`))
    expect(again.code).toBe(0)
  })

  it('another fingerprint: nothing is stored, nothing is sent', async () => {
    await using server = await withRoot('good')
    const other = '00:'.repeat(31).concat('00')
    const { code, err } = await doctor(save(server.port, 'c.crt', '--fingerprint', other))
    expect(code).toBe(1)
    expect(err).toContain('not the fingerprint you gave')
    expect(saved('c.crt')).toBeUndefined()
    expectNothingSaid(server)
  })

  it('asks at a terminal, and takes nothing but yes', async () => {
    await using server = await withRoot('good')
    const yes = await doctor(save(server.port, 'd.crt'), { typed: ['yes'] })
    expect(yes.code).toBe(0)
    expect(yes.err).toContain(await fingerprint(server.port))
    expect(saved('d.crt')).toBeDefined()
    for (const typed of ['y', 'no', '']) {
      const no = await doctor(save(server.port, 'e.crt'), { typed: [typed] })
      expect(no).toMatchObject({ code: 1 })
      expect(saved('e.crt')).toBeUndefined()
    }
  })

  it('asks nothing where there is no terminal; overwrites nothing; needs a root', async () => {
    await using server = await withRoot('good')
    const silent = await doctor(save(server.port, 'f.crt'))
    expect(silent.code).toBe(2)
    expect(silent.err).toContain('--fingerprint SHA256')
    const known = await fingerprint(server.port)
    const there = await doctor(save(server.port, 'root.crt', '--fingerprint', known))
    expect(there).toMatchObject({ code: 2 })
    expect(there.err).toContain('is already there')
    await using bare = await hostile({ tls: { certificate: set.certificate('good') } })
    const none = await doctor(save(bare.port, 'g.crt', '--fingerprint', known))
    expect(none.code).toBe(1)
    expect(none.err).toContain('nothing to save')
  })
})

describe('the network', () => {
  it('nobody listens, and a name without an address', async () => {
    const port = await new Promise<number>((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () => {
        const address = server.address() as { port: number }
        server.close(() => resolve(address.port))
      })
    })
    expect(ids(await examine(url(port)))).toEqual(['tcp-refused'])
    const missing = await examine(url(5432, { hostaddr: undefined }, 'no-such-host.invalid'))
    expect(ids(missing)).toEqual(['name-unresolved'])
  })

  it('no answer to SYN, and no route', async () => {
    await using silent = await unaccepting()
    const text = url(silent.port)
    const { out } = await doctor([text, '--format', 'json', '--timeout', '1'])
    expect(ids(JSON.parse(out).examinations[0])).toEqual(['tcp-timeout'])
    // TCP to the broadcast address of loopback: the kernel refuses to route it.
    const broadcast = await examine(url(silent.port, { hostaddr: '127.255.255.255' }))
    expect(ids(broadcast)).toEqual(['tcp-unreachable'])
  })

  it('several hosts, as keywords', async () => {
    await using good = await hostile({ tls: { certificate: set.certificate('good') } })
    await using bad = await hostile({ answer: 'refuse' })
    const text = keywords(good.port, bad.port)
    const { code, out } = await doctor([text, '--format', 'json'])
    expect(code).toBe(1)
    const { examinations } = JSON.parse(out) as { examinations: Examination[] }
    expect(examinations.map(ids)).toEqual([[], ['server-says-no']])
  })
})

describe('the command line', () => {
  it.each([
    [[], 'examine what?'],
    [['postgres://h/d', '--env'], 'not both'],
    [['--env', 'NOT_SET'], 'the variable NOT_SET is not set'],
    [['--env', `postgres://${USER}:${PASSWORD}@h/d`], '--env takes the name of a variable'],
    [['postgres://h/d', '--fingerprint', 'aa'], '--fingerprint goes with --save-root'],
    [['host=/run/postgresql'], 'is a unix socket'],
    [['service=app'], 'service files are not read here'],
    [[`host=a sslmode=nonsense password=${PASSWORD}`], 'cannot be read'],
    [[`postgres://${USER}:p@${PASSWORD}@h o/d`], ''],
    [['postgres://h/d', '--timeout', '0'], 'A number up to 600'],
    [['postgres://h/d', '--format', 'xml'], 'Allowed choices'],
  ])('%j exits with 2', async (argv, message) => {
    const { code, out, err } = await doctor(argv)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(message)
  })

  it.each(['@', '/', '#', '?', ' ', ':', '%', '%zz', '\\', '[', ',', '&', ';', "'"])(
    'shows no piece of a password with %j in it that was not encoded',
    async (odd) => {
      for (const start of ['postgres://app:', 'host=db.invalid user=app password=']) {
        const end = start.startsWith('host') ? '' : '@db.invalid:5432/app?sslmode=verify-full'
        const text = `${start}zebra4711${odd}okapi4711${end}`
        const { out, err } = await doctor([text, '--timeout', '1'])
        expect(out + err).not.toMatch(/zebra|okapi/)
      }
    },
  )

  it('reads the string from a variable and from PG* variables', async () => {
    await using server = await hostile({ tls: { certificate: set.certificate('good') } })
    const env = { HOME: files.dir, DATABASE_URL: url(server.port) }
    expect((await doctor(['--env', 'DATABASE_URL'], { env })).code).toBe(0)
    const variables = {
      HOME: files.dir,
      PGHOST: 'localhost',
      PGHOSTADDR: '127.0.0.1',
      PGPORT: String(server.port),
      PGUSER: USER,
      PGPASSWORD: PASSWORD,
      PGSSLMODE: 'verify-full',
      PGSSLROOTCERT: files.root,
    }
    expect((await doctor(['--env'], { env: variables })).code).toBe(0)
  })

  it('without a password everything before it is verified', async () => {
    await using server = await hostile({
      tls: { certificate: set.certificate('good') },
      authentication: 'cleartext',
    })
    const { steps, ...examination } = await examine(url(server.port).replace(`:${PASSWORD}`, ''))
    expect(ids({ steps, ...examination })).toEqual([])
    expect(steps.at(-1)).toMatchObject({ status: 'skipped' })
    expect(steps.at(-1)?.detail).toContain('no password was given')
  })
})

it('every diagnosis has its section in docs/doctor.md, in the order of the steps', () => {
  const text = readFileSync(new URL('../../docs/doctor.md', import.meta.url), 'utf8')
  const sections = [...text.matchAll(/^### ([a-z-]+)$/gm)].map((match) => match[1])
  expect(sections).toEqual([...DIAGNOSIS_IDS])
})

it('every diagnosis is reached by a test', () => {
  const folder = new URL('.', import.meta.url)
  const text = readdirSync(folder)
    .filter((name) => /^doctor.*\.test\.ts$/.test(name))
    .map((name) => readFileSync(new URL(name, folder), 'utf8'))
    .join()
  expect(DIAGNOSIS_IDS.filter((id) => !text.includes(`'${id}'`))).toEqual([])
})
