import { loadRoots, type Plan, type Policy } from '@verify-full/core'
import { parseConnInfo, planLibpq } from '@verify-full/core/offline'
import type { AuditTarget, ProbeTarget } from '@verify-full/server'
import type { Io } from '../command.js'
import { connector } from './connector.js'

/** What a connection string says beyond its servers. The password goes to the driver and nowhere else. */
export interface Credentials {
  readonly user: string | undefined
  readonly database: string | undefined
  readonly password: string | undefined
  readonly certificate: string | undefined
  readonly key: string | undefined
}

/** How a target is made of a connection string. */
export interface TargetOptions {
  readonly name?: string
  /** `host:port`, each a replica. */
  readonly replicas?: readonly string[]
  readonly standbyPort?: number
  /** Stands for one that is not in the string. */
  readonly password?: string | undefined
  /** Whether sessions are opened; without a user none is. */
  readonly connect: boolean
}

/**
 * Reads a connection string as libpq does, and the environment with it (PGUSER, PGPASSWORD, ...).
 *
 * @throws ConnInfoError, RootCertError; Error for a unix socket.
 */
export function targetOf(
  conninfo: string,
  options: TargetOptions,
  policy: Policy,
  { env }: Pick<Io, 'env'>,
): AuditTarget {
  const plans = planLibpq({ conninfo }, env)
  const given = credentialsOf(conninfo, options, env)
  const [first, ...rest] = [...plans.map(serverOf), ...(options.replicas ?? []).map(parseServer)]
  if (!first) throw new Error('the connection string names no host')
  const roots = loadRoots(rootsOf(plans), policy.rootCert).pem
  const { user, database } = given
  return {
    ...(options.name === undefined ? {} : { name: options.name }),
    servers: [first, ...rest],
    ...(options.standbyPort === undefined ? {} : { standbyPort: options.standbyPort }),
    ...(roots ? { roots } : {}),
    ...(user === undefined ? {} : { account: { user, ...(database ? { database } : {}) } }),
    ...(options.connect && user !== undefined ? { connect: connector(given, roots, policy) } : {}),
  }
}

function credentialsOf(conninfo: string, { password }: TargetOptions, env: Io['env']): Credentials {
  const settings = parseConnInfo(conninfo)
  const read = (key: string, variable: string): string | undefined =>
    settings.findLast((setting) => setting.key === key)?.value || env[variable] || undefined
  const user = read('user', 'PGUSER')
  return {
    user,
    database: read('dbname', 'PGDATABASE') ?? user,
    password: password ?? read('password', 'PGPASSWORD'),
    certificate: read('sslcert', 'PGSSLCERT'),
    key: read('sslkey', 'PGSSLKEY'),
  }
}

function serverOf({ endpoint }: Plan): ProbeTarget {
  if (endpoint.kind === 'unix') {
    throw new Error('a unix socket has no TLS to look at: name a host, as host=db.example.com')
  }
  const { host, hostaddr, port } = endpoint
  return { host, port, ...(hostaddr ? { hostaddr } : {}) }
}

/** Where the string says sslmode=disable nothing is known of roots: then the policy's count. */
function rootsOf(plans: readonly Plan[]): Parameters<typeof loadRoots>[0] {
  const tls = plans
    .flatMap(({ transports }) => transports)
    .find((transport) => transport.kind === 'tls')
  return tls?.kind === 'tls' ? tls.roots : { kind: 'unset' }
}

/** `db.example.com`, `db.example.com:5433` or `[::1]:5432`. @throws Error for anything else. */
export function parseServer(text: string): ProbeTarget {
  const [, ipv6, name, port = '5432'] =
    /^(?:\[([0-9a-fA-F:.%]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?$/.exec(text) ?? []
  const host = ipv6 ?? name
  if (host === undefined || Number(port) < 1 || Number(port) > 65_535) {
    throw new Error('a server is written host:port, as db.example.com:5432 or [::1]:5432')
  }
  return { host, port: Number(port) }
}
