/** What a policy may say, through Knex and TypeORM alike: on a real server, with both in one process. */
import { guard as guardKnex, PolicyError, verifySession as verifyKnex } from '@verify-full/knex'
import {
  guard as guardTypeOrm,
  type PolicyOptions,
  type SessionReport,
  verifySession as verifyTypeOrm,
} from '@verify-full/typeorm'
import knex from 'knex'
import { DataSource, type DataSourceOptions } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hostile, type Pki, type PostgresServer, pki, postgres } from '../support/index.js'

let server: PostgresServer
let set: Pki
beforeAll(async () => {
  set = await pki()
  server = await postgres({
    hba: ['local all all scram-sha-256', 'host all all 127.0.0.1/32 scram-sha-256'],
  })
})
afterAll(() => server.stop())

interface Target {
  readonly host: string
  readonly port?: number
  readonly hostaddr?: string
  readonly ssl?: { readonly ca: string }
}
type Session = (target: Target, policy?: PolicyOptions) => Promise<SessionReport | undefined>

const account = () => {
  const { port, user, password, database } = server
  return { port, user, password, database }
}

const throughKnex: Session = async (target, policy) => {
  const connection = { ...account(), ...target }
  const log = { warn() {}, error() {} }
  const db = knex(guardKnex({ client: 'pg', connection, log }, policy))
  try {
    expect((await db.raw('select 1 as v')).rows).toEqual([{ v: 1 }])
    return await verifyKnex(db)
  } finally {
    await db.destroy()
  }
}

const throughTypeOrm: Session = async ({ hostaddr, ...target }, policy) => {
  const { user: username, ...rest } = account()
  const extra = hostaddr === undefined ? {} : { extra: { hostaddr } }
  const options: DataSourceOptions = { type: 'postgres', username, ...rest, ...target, ...extra }
  const dataSource = new DataSource(guardTypeOrm(options, policy))
  await dataSource.initialize()
  try {
    expect(await dataSource.query('select 1 as v')).toEqual([{ v: 1 }])
    return (await verifyTypeOrm(dataSource))[0]
  } finally {
    await dataSource.destroy()
  }
}

const waiver = (rule: 'sslmode-missing' | 'session-not-ssl', host: string) => ({
  rule,
  host,
  reason: 'a test',
  until: '2999-01-01',
})

describe.each([
  ['knex', throughKnex],
  ['typeorm', throughTypeOrm],
])('%s', (_, session) => {
  const plain = () => ({ host: '127.0.0.1' })
  const right = () => ({ host: '127.0.0.1', ssl: { ca: set.root.root } })
  const rulesOf = async (promise: Promise<unknown>) => {
    const error: unknown = await promise.catch((error: unknown) => error)
    expect(error).toBeInstanceOf(PolicyError)
    return (error as PolicyError).violations.map(({ rule }) => rule)
  }

  it('a unix socket, by default; refused by the policy, in words that fit', async () => {
    const socket = { host: server.socketDir }
    const report = await session(socket)
    expect(report?.endpoint).toEqual({ kind: 'unix', path: server.socketDir })
    const error: unknown = await session(socket, { local: 'refuse' }).catch((error) => error)
    expect(error).toBeInstanceOf(PolicyError)
    expect((error as PolicyError).message).toContain("which the policy refuses (local: 'refuse')")
    expect((error as PolicyError).message).toContain("fix       connect to the server's host name")
  })

  it('hostaddr is dialled, host is verified', async () => {
    const report = await session({ ...right(), host: 'db.example.com', hostaddr: '127.0.0.1' })
    expect(report?.endpoint).toMatchObject({ host: 'db.example.com', hostaddr: '127.0.0.1' })
    const other = { ...right(), host: 'other.example.org', hostaddr: '127.0.0.1' }
    expect(await rulesOf(session(other))).toEqual(['hostname-not-verified'])
  })

  it("channelBinding: 'require'", async () => {
    const report = await session(right(), { channelBinding: 'require' })
    expect(report?.session.channelBinding).toBe(true)
  })

  it("sessionCheck: 'local' asks the server nothing", async () => {
    const report = await session(right(), { sessionCheck: 'local' })
    expect(report).toMatchObject({
      sessionCheck: 'local',
      session: { local: { authorized: true } },
    })
    expect(report?.session).not.toHaveProperty('server')
  })

  it('reportOnly lets pass and reports', async () => {
    const report = await session(plain(), { reportOnly: true })
    expect(report).toMatchObject({ enforced: false, session: { local: null } })
    expect(report?.violations.map(({ rule }) => rule)).toEqual(['session-not-ssl'])
  })

  it('a waiver holds for its host, of what is written and of the session', async () => {
    const dangerouslyAllow = [
      waiver('sslmode-missing', '127.0.0.1'),
      waiver('session-not-ssl', '127.0.0.1'),
    ]
    const report = await session(plain(), { dangerouslyAllow })
    expect(report?.waived.map(({ violation }) => violation.rule)).toEqual([
      'sslmode-missing',
      'session-not-ssl',
    ])
    // Waiving one of them is refused before the socket, not after the password has been sent.
    await using unheard = await hostile({ answer: 'refuse' })
    const half = { dangerouslyAllow: dangerouslyAllow.slice(0, 1) }
    expect(await rulesOf(session({ ...plain(), port: unheard.port }, half))).toEqual([
      'session-not-ssl',
    ])
    expect(unheard.connections).toEqual([])
    const elsewhere = [waiver('sslmode-missing', 'db.example.com')]
    expect(await rulesOf(session(plain(), { dangerouslyAllow: elsewhere }))).toEqual([
      'sslmode-missing',
    ])
  })

  it('a CA that is a path: what to write', async () => {
    const path = { host: '127.0.0.1', ssl: { ca: '/etc/ssl/root.crt' } }
    const error: unknown = await session(path).catch((error) => error)
    expect((error as PolicyError).code).toBe('ERR_VERIFY_FULL_ROOT_CERT')
    expect((error as PolicyError).message).toMatch(
      /ssl\.ca: holds no PEM certificate \(a path\?\)\n.*\n {4}fix {7}pass the text of the file, not its path: .*ssl\.ca = fs\.readFileSync/,
    )
  })
})
