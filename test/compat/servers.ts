/** The servers of one application's cases, and what they have seen. */
import {
  type HostileScript,
  type HostileServer,
  hostile,
  type Pki,
  type PkiFiles,
  type PostgresServer,
  pki,
  postgres,
} from '../support/index.js'

/** What all applications share. */
export interface World {
  readonly set: Pki
  readonly files: PkiFiles
  readonly server: PostgresServer
}

export type CaseName = 'plaintext' | 'unverified' | 'other-ca' | 'not-ssl' | 'verified'
/** Starts the real PostgreSQL, and writes the certificates' files. */
export async function newWorld(): Promise<{ world: World; stop(): Promise<unknown> }> {
  const set = await pki()
  const files = await set.write()
  const server = await postgres({
    hba: ['hostssl all all 127.0.0.1/32 scram-sha-256'],
    settings: { max_connections: 100 },
  })
  return {
    world: { set, files, server },
    stop: () => Promise.all([server.stop(), files[Symbol.asyncDispose]()]),
  }
}

type Protection = 'none' | 'unverified' | 'verified'
interface Case {
  readonly protection: Protection
  /** Of the hostile server; the real one where there is none. */
  readonly script?: (set: Pki) => HostileScript
}

const presents = (kind: 'good' | 'rogue') => (set: Pki) => ({
  tls: { certificate: set.certificate(kind) },
})

/** The one table of what is tried: two configurations below the policy, two servers, and what must work. */
const CASES: Readonly<Record<CaseName, Case>> = {
  plaintext: { protection: 'none', script: () => ({ answer: 'refuse' }) },
  unverified: { protection: 'unverified', script: presents('rogue') },
  'other-ca': { protection: 'verified', script: presents('rogue') },
  'not-ssl': {
    protection: 'verified',
    script: (set) => ({ ...presents('good')(set), pgStatSsl: { ssl: 'f' } }),
  },
  verified: { protection: 'verified' },
}

/** What a server saw of one case. */
export interface Seen {
  readonly connections: number
  /** Of PostgreSQL's protocol after SSLRequest, encrypted or not. */
  readonly bytes: number
  /** None of them the guard's own. */
  readonly queries: number
}

export interface Servers extends AsyncDisposable {
  /** What the application is told. */
  readonly cases: readonly object[]
  seen(name: CaseName): Seen
}

let databases = 0

/** Starts the hostile servers of one application; `stateful` ones get a database of their own. */
export async function startServers(world: World, stateful: boolean): Promise<Servers> {
  const { set, files, server } = world
  const { user, password } = server
  let { database } = server
  if (stateful) {
    databases += 1
    database = `compat_${databases}`
    await server.admin(`create database ${database} owner ${user}`, 'postgres')
  }
  const options: Record<Protection, { ssl?: object; query: string }> = {
    none: { query: '' },
    unverified: { ssl: { rejectUnauthorized: false }, query: '?sslmode=no-verify' },
    verified: {
      ssl: { ca: set.root.root },
      query: `?sslmode=verify-full&sslrootcert=${files.root}`,
    },
  }
  const hostiles = new Map<string, HostileServer>()
  const cases = []
  for (const [name, { protection, script }] of Object.entries(CASES)) {
    if (script) hostiles.set(name, await hostile(script(set)))
    const { ssl, query } = options[protection]
    const { port } = hostiles.get(name) ?? server
    const account = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`
    const dsn = `postgres://${account}@localhost:${port}/${database}${query}`
    const config = { host: 'localhost', port, user, password, database, ...(ssl ? { ssl } : {}) }
    cases.push({ name, config, dsn })
  }
  return {
    cases,
    seen: (name) => summaryOf(hostiles.get(name)),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...hostiles.values()].map((it) => it.stop()))
    },
  }
}

const summaryOf = ({ connections }: Pick<HostileServer, 'connections'> = { connections: [] }) => ({
  connections: connections.length,
  bytes: connections.reduce((sum, { raw, secure }) => sum + raw.length + secure.length, 0),
  queries: connections.flatMap(({ queries }) =>
    queries.filter((query) => !query.includes('pg_catalog.pg_stat_ssl')),
  ).length,
})
