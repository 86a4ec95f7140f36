/** Audits of real servers: a primary, a looser replica, poolers, hostile servers. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type AuditOptions,
  type AuditTarget,
  audit,
  type Look,
  type ServerAudit,
  watch,
} from '@verify-full/server'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  hostile,
  type Pki,
  type PostgresServer,
  pgbouncer,
  pgbouncerAvailable,
  pki,
  postgres,
} from '../support/index.js'
import { guarded } from './guarded.js'

const STRICT = [
  'local replication postgres trust',
  'hostnossl all all all reject',
  'hostssl all all all scram-sha-256',
]
const LOOSE = ['hostssl all all 10.0.0.0/8 scram-sha-256', 'host all all all md5']

let set: Pki
let primary: PostgresServer
let replica: PostgresServer

beforeAll(async () => {
  set = await pki()
  primary = await postgres({ hba: STRICT, settings: { wal_level: 'replica' } })
  await primary.admin('grant pg_monitor to app')
  await primary.admin('grant select on pg_hba_file_rules to app', 'app')
  await primary.admin('grant execute on function pg_hba_file_rules() to app', 'app')
  await primary.admin("create role plain login password 'plain-pw'")
  replica = await postgres({
    replicaOf: primary,
    hba: LOOSE,
    settings: { ssl_min_protocol_version: 'TLSv1', wal_level: 'replica' },
  })
  await vi.waitFor(
    async () => {
      const rows = await primary.admin('select state from pg_stat_replication')
      expect(rows).toEqual([{ state: 'streaming' }])
    },
    { timeout: 10_000 },
  )
})
afterAll(() => Promise.all([replica?.stop(), primary?.stop()]))

const at = ({ port }: { port: number }) => ({ host: 'localhost', hostaddr: '127.0.0.1', port })
const account = { user: 'app', database: 'app' }
const target = (
  servers: readonly { port: number }[],
  connect: AuditTarget['connect'] | null = guarded(primary, set.root.root),
): AuditTarget => ({
  servers: servers.map(at) as unknown as AuditTarget['servers'],
  account,
  roots: [set.root.root],
  ...(connect ? { connect } : {}),
})
const one = async (of: AuditTarget, options: AuditOptions = {}): Promise<ServerAudit> => {
  const [first] = (await audit([of], options)).servers
  if (!first) throw new Error('no server')
  return first
}
const rulesOf = ({ violations }: ServerAudit) => violations.map(({ rule }) => rule)

/** A session in plaintext, which the loose replica lets in. */
async function plaintextSession(server: PostgresServer, application: string): Promise<pg.Client> {
  const { user, password, database, port } = server
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user,
    password,
    database,
    ssl: false,
    application_name: application,
  })
  client.on('error', () => {})
  await client.connect()
  return client
}

describe('a strict primary', () => {
  it('is clean, with everything seen', async () => {
    const report = await audit([target([primary, replica])])
    const first = report.servers[0]
    expect(first?.violations).toEqual([])
    expect(first?.warnings).toEqual([])
    expect(first?.unseen).toEqual([])
    expect(first).toMatchObject({ status: 'clean', role: 'primary', discovered: false })
    expect(first?.live?.standbys).toMatchObject([{ application: 'replica', state: 'streaming' }])
    expect(first?.offer.addresses[0]?.plaintext).toMatchObject({ kind: 'refused' })
    expect(first?.live?.hba?.map(({ type, method }) => `${type} ${method}`)).toContain(
      'hostnossl reject',
    )
  })

  it('says that a replica streams from it that nobody audits', async () => {
    const alone = await one(target([primary]))
    expect(alone.status).toBe('incomplete')
    expect(alone.unseen).toMatchObject([{ what: 'replicas' }])
    expect(alone.unseen[0]?.fix).toContain('--replica')
  })

  it('without a connection: what can be seen from outside', async () => {
    const outside = await one(target([primary], null))
    expect(outside).toMatchObject({ status: 'clean', role: 'unknown', violations: [] })
    expect(outside.live).toBeUndefined()
  })
})

describe('a looser replica', () => {
  it('drifts from its primary: setting, rules, and the answer itself', async () => {
    const { servers } = await audit([target([primary, replica])])
    const second = servers[1]
    expect(second).toMatchObject({ status: 'findings', role: 'replica' })
    expect(second?.posture.drift).toEqual(
      expect.arrayContaining([
        { what: 'setting ssl_min_protocol_version', primary: 'TLSv1.2', replica: 'TLSv1' },
        {
          what: 'pg_hba.conf',
          primary: 'hostnossl all all all reject',
          replica: 'host all all all md5',
        },
        {
          what: 'answer to a startup packet without TLS',
          primary: 'refused',
          replica: 'accepted',
        },
      ]),
    )
    expect(second && rulesOf(second)).toEqual(
      expect.arrayContaining(['replica-drift', 'hba-accepts-plaintext', 'tls-version-too-low']),
    )
    const opening = second?.violations.find(
      ({ rule, origin }) => rule === 'hba-accepts-plaintext' && origin.at,
    )
    // The entry for TLS takes nothing away from clients without it; line 1 is the superuser's.
    expect(opening?.origin.at?.line).toBe(3)
    expect(opening?.actual).toContain('any user to any database from any address')
  })

  it('shows sessions in plaintext: who, where, since when; the own one is not among them', async () => {
    const client = await plaintextSession(replica, 'reporting')
    try {
      const strict = await one(target([replica]), { policy: { local: 'refuse' } })
      expect(strict.plaintext).toMatchObject([
        {
          user: 'app',
          database: 'app',
          application: 'reporting',
          address: '127.0.0.1',
          ssl: false,
        },
      ])
      expect(rulesOf(strict)).toContain('plaintext-session')
      const lenient = await one(target([replica]))
      expect(lenient.plaintext).toEqual([])
      expect(lenient.live?.sessions?.map(({ application }) => application)).toContain('reporting')
    } finally {
      await client.end()
    }
  })

  it('names sessions older than the rules that would refuse them today', async () => {
    const client = await plaintextSession(replica, 'survivor')
    try {
      await replica.setHba(STRICT)
      const strict = await one(target([replica]))
      expect(strict.live?.survivors).toMatchObject([{ application: 'survivor', ssl: false }])
      // Nothing that stops a pipeline, and not clean.
      const policy = { minTlsVersion: 'TLSv1' } as const
      expect((await one(target([replica]), { policy })).status).toBe('warnings')
      await replica.setHba(LOOSE)
      expect((await one(target([replica]))).live?.survivors).toEqual([])
    } finally {
      await replica.setHba(LOOSE)
      await client.end()
    }
  })
})

it('a session that is younger than the last reload is no survivor, whatever the file says by now', async () => {
  await using own = await postgres({ hba: LOOSE })
  await own.admin('grant pg_monitor to app')
  await own.admin('grant select on pg_hba_file_rules to app', 'app')
  await own.admin('grant execute on function pg_hba_file_rules() to app', 'app')
  const client = await plaintextSession(own, 'young')
  // Without a reload these are not in force yet.
  writeFileSync(join(own.dataDir, 'pg_hba.conf'), `${STRICT.join('\n')}\n`)
  const before = await one(target([own], guarded(own, set.root.root)))
  expect(before.live?.sessions).toMatchObject([{ application: 'young' }])
  expect(before.live?.survivors).toEqual([])
  await own.setHba(STRICT)
  const after = await one(target([own], guarded(own, set.root.root)))
  expect(after.live?.survivors).toMatchObject([{ application: 'young' }])
  await client.end()
})

describe('an unprivileged role', () => {
  it('is told what it cannot see, and nothing is called clean', async () => {
    const connect = guarded({ user: 'plain', password: 'plain-pw', database: 'app' }, set.root.root)
    const blind = await one(target([primary], connect))
    expect(blind.status).toBe('incomplete')
    expect(blind.unseen.map(({ what }) => what)).toEqual(['pg_hba.conf', 'sessions'])
    expect(blind.unseen.map(({ fix }) => fix).join()).toMatch(/pg_read_all_stats.*|pg_monitor/)
    expect(blind.live?.hba).toBeUndefined()
    expect(blind.live?.standbys).toBeUndefined()
  })
})

it('operators and functions of the same name on the search_path change nothing', async () => {
  await using own = await postgres({ hba: LOOSE, user: 'owner' })
  const no = "language sql immutable as 'select false'"
  for (const statement of [
    'create schema evil authorization owner',
    `create function evil.no(int4, int4) returns bool ${no}`,
    `create function evil.no(text, text) returns bool ${no}`,
    'create operator evil.= (leftarg = int4, rightarg = int4, function = evil.no)',
    'create operator evil.<> (leftarg = int4, rightarg = int4, function = evil.no)',
    'create operator evil.= (leftarg = text, rightarg = text, function = evil.no)',
    'create operator evil.~ (leftarg = text, rightarg = text, function = evil.no)',
    "create function evil.pg_backend_pid() returns int4 language sql as 'select 1'",
    'alter role owner set search_path = evil, pg_catalog',
    'grant pg_monitor to owner',
    'grant usage on schema evil to owner',
  ]) {
    await own.admin(statement, 'app')
  }
  const client = await plaintextSession(own, 'hidden')
  try {
    const found = await one(target([own], guarded(own, set.root.root)), {
      policy: { local: 'refuse' },
    })
    expect(found.plaintext).toMatchObject([{ application: 'hidden', ssl: false }])
    expect(found.live?.settings.get('ssl')?.value).toBe('on')
    const seen: Look[] = []
    const watching = watch({
      targets: [target([own], guarded(own, set.root.root))],
      policy: { local: 'refuse' },
      everySeconds: 0.1,
      onLook: (look) => seen.push(look),
    })
    await vi.waitFor(() => expect(seen.length).toBeGreaterThan(0), { timeout: 10_000 })
    await watching.stop()
    expect(seen[0]?.plaintext).toMatchObject([{ application: 'hidden' }])
    expect(seen[0]?.settings?.get('ssl')).toBe('on')
  } finally {
    await client.end()
  }
})

it('a standby on another address is found, and visited at the port of the primary or of the target', async () => {
  const real = guarded(primary, set.root.root)
  const cluster = target([primary], async (server, signal) => {
    const connection = await real(server, signal)
    const standby = { application: 'far', address: '127.9.9.9', state: 'streaming' }
    // The real answers, but for the address that a fixture on one host cannot have.
    const query = async (sql: string) =>
      sql.includes('pg_stat_replication') ? [standby] : connection.query(sql)
    return { ...connection, query }
  })
  const standbyPort = 1
  const found = await audit([cluster, { ...cluster, standbyPort }])
  const ports = [primary.port, standbyPort]
  expect(found.servers).toMatchObject(
    ports.flatMap((port) => [
      { role: 'primary', discovered: false, status: 'clean' },
      { discovered: true, endpoint: { host: '127.9.9.9', port }, status: 'unreachable' },
    ]),
  )
})

describe('servers that misbehave', () => {
  it('a wrong password is said without the user', async () => {
    const connect = guarded({ ...primary, password: 'wrong' }, set.root.root)
    const refused = await one(target([primary], connect))
    expect(refused.status).toBe('incomplete')
    expect(refused.unseen[0]?.why).toContain('28P01')
    expect(JSON.stringify(refused.unseen)).not.toContain('app')
  })

  it('a certificate of another CA: not verified, and no connection is made', async () => {
    await using rogue = await postgres({ certificate: set.certificate('rogue') })
    const found = await one(target([rogue]))
    expect(rulesOf(found)).toContain('certificate-not-verified')
    expect(found.unseen[0]?.why).toContain('ERR_VERIFY_FULL_SESSION: certificate-not-verified')
  })

  it('ssl = off: both answers and setting say so', async () => {
    await using off = await postgres({ ssl: false })
    const found = await one(target([off]), { policy: { local: 'refuse' } })
    expect(rulesOf(found)).toEqual(
      expect.arrayContaining(['server-ssl-off', 'hba-accepts-plaintext']),
    )
  })

  it('expiry goes by the given clock', async () => {
    await using soon = await postgres({ certificate: set.certificate('soon-expiring') })
    const days = (count: number) => () => new Date(Date.now() + count * 86_400_000)
    const warned = await one(target([soon], null))
    expect(warned.status).toBe('warnings')
    expect(warned.warnings.map(({ rule }) => rule)).toEqual(['certificate-expiring'])
    const late = await one(target([soon], null), { now: days(11) })
    expect(rulesOf(late)).toEqual(['certificate-expired'])
    const relaxed = await one(target([soon], null), { policy: { certificateExpiryDays: 5 } })
    expect(relaxed.status).toBe('clean')
  })

  it('nobody there: unreachable, never clean', async () => {
    const { port } = await hostile({ answer: 'close' }).then(async (server) => {
      await server.stop()
      return server
    })
    const { status, unseen } = await one(target([{ port }]))
    expect(status).toBe('unreachable')
    expect(unseen).toMatchObject([
      { what: 'address 127.0.0.1', why: expect.stringMatching(/nothing.*ECONNREFUSED/) },
    ])
  })

  it('an address of the name that does not answer, and a name that has none, are not seen', async () => {
    const { port } = primary
    const named = { ...target([primary, replica]), servers: [{ host: 'localhost', port }] as const }
    const resolved = (...addresses: string[]) => ({ lookup: async () => addresses })
    const half = await one(named, { ...resolved('127.0.0.1', '127.0.0.9'), discover: false })
    expect(half.status).toBe('incomplete')
    expect(half.unseen).toMatchObject([
      { what: 'address 127.0.0.9', why: expect.stringMatching(/ECONNREFUSED/) },
    ])
    const whole = await one(named, { ...resolved('127.0.0.1'), discover: false })
    expect(whole.status).toBe('clean')
    const lookup = () => Promise.reject(Object.assign(new Error(), { code: 'ENOTFOUND' }))
    const none = await one(named, { lookup })
    expect(none).toMatchObject({
      status: 'unreachable',
      unseen: [{ why: expect.stringMatching(/ENOTFOUND/) }],
    })
  })

  it('without a user nobody asks who gets in without TLS: incomplete, never clean', async () => {
    const { account: _, ...nobody } = target([primary], null)
    const { status, unseen } = await one(nobody)
    expect(status).toBe('incomplete')
    expect(unseen).toMatchObject([
      { what: expect.stringMatching(/without TLS/), fix: expect.stringMatching(/user=/) },
    ])
    expect((await one(nobody, { tests: ['versions'] })).status).toBe('clean')
  })

  it('a server that is full refuses before it looks at pg_hba.conf: not seen, whatever the rules', async () => {
    await using full = await postgres({
      hba: ['host all all all trust'],
      settings: {
        max_connections: 4,
        superuser_reserved_connections: 0,
        max_wal_senders: 0,
        autovacuum: false,
      },
    })
    const config = { host: full.socketDir, port: full.port, user: 'postgres', database: 'postgres' }
    const crowd = Array.from({ length: 4 }, () => new pg.Client({ ...config, ssl: false }))
    await Promise.all(crowd.map((client) => client.connect()))
    const { unseen, status } = await one(target([full], null))
    await Promise.all(crowd.map((client) => client.end()))
    expect(unseen).toMatchObject([
      { what: expect.stringMatching(/without TLS/), why: expect.stringMatching(/SQLSTATE 53300/) },
    ])
    expect(status).toBe('incomplete')
  })

  it('one that never answers delays nobody else', async () => {
    await using silent = await hostile({ answer: 'silence' })
    const order: number[] = []
    const report = await audit([target([silent]), target([primary], null)], {
      timeoutMillis: 1500,
      onServer: ({ endpoint }) => order.push(endpoint.port),
    })
    expect(order).toEqual([primary.port, silent.port])
    expect(report.status).toBe('findings')
    expect(report.servers.map(({ endpoint }) => endpoint.port)).toEqual([silent.port, primary.port])
    expect(report.servers[0] && rulesOf(report.servers[0])).toEqual(['handshake-failed'])
  })

  it('one that takes the session and never answers a query is left in time', async () => {
    await using mute = await hostile({
      tls: { certificate: set.certificate('good') },
      pgStatSsl: 'hang',
    })
    const found = await one(
      target([mute], guarded(primary, set.root.root, { gateTimeoutMillis: 60_000 })),
      { timeoutMillis: 700 },
    )
    expect(found.unseen).toMatchObject([{ why: expect.stringContaining('ETIMEDOUT') }])
  })

  it.runIf(pgbouncerAvailable())(
    `${pgbouncerAvailable() ? '' : 'NOT TESTED: '}through PgBouncer: what the pooler itself offers`,
    async () => {
      await using bouncer = await pgbouncer({
        server: primary,
        certificate: set.certificate('good'),
        clientTls: 'allow',
      })
      const found = await one(target([bouncer], null), { policy: { local: 'refuse' } })
      // The pooler lets in without TLS what the server behind it would refuse.
      expect(rulesOf(found)).toEqual(['hba-accepts-plaintext'])
    },
  )
})

it('a waiver of the policy applies to the host, and is reported', async () => {
  const waiver = {
    rule: 'hba-accepts-plaintext',
    host: 'localhost',
    reason: 'legacy reporting',
    until: '2100-01-01',
  } as const
  const found = await one(target([replica]), { policy: { dangerouslyAllow: [waiver] } })
  expect(rulesOf(found)).not.toContain('hba-accepts-plaintext')
  expect(found.waived.map(({ reason }) => reason)).toContain('legacy reporting')
})

it('an abort rejects with its reason and leaves no connection', async () => {
  await using silent = await hostile({ answer: 'silence' })
  const controller = new AbortController()
  const running = audit([target([silent])], { signal: controller.signal, timeoutMillis: 60_000 })
  await expect.poll(() => silent.connections.length).toBeGreaterThan(0)
  controller.abort(new Error('enough'))
  await expect(running).rejects.toThrow('enough')
  await silent.settled()
})
