import { isIP } from 'node:net'
import type { Discarded, Endpoint, Plan, Remark, Roots, Transport } from '../../model.js'
import { fileRoots, type RootsChoice } from '../pg/honoured.js'
import { unreadService } from '../pg/host.js'
import { type Env, isBag, type PgConfig } from '../pg/options.js'
import { UNREADABLE } from '../pg/reading.js'
import { readSsl } from '../pg/ssl.js'
import type { PostgresHost } from './hosts.js'
import { type PostgresReading, readPostgres } from './reading.js'
import { UNVERIFIED } from './ssl.js'

export { type PostgresReading, readPostgres } from './reading.js'

/**
 * What postgres.js would do with what `postgres(url, options)` is given: one plan for each host, in the
 * order of the list, and never an exception. `require`, `allow` and `prefer` do not verify here, and
 * `prefer` goes on in plaintext.
 *
 * @see https://github.com/porsager/postgres#ssl
 * @example
 * import { planPostgres } from '@verify-full/core'
 *
 * const [plan] = planPostgres('postgres://db.example.com/app?sslmode=require', {}, {})
 * export const verification = plan?.transports[0].kind === 'tls' && plan.transports[0].verification // 'none'
 */
export const planPostgres = (
  target: string | PgConfig | null | undefined,
  options: PgConfig | null | undefined,
  env: Env,
): [Plan, ...Plan[]] => planPostgresReading(readPostgres(target, options, env), env)

/** Turns a reading into plans; what postgres.js ignores but is stricter is honoured, as for pg. */
export function planPostgresReading(reading: PostgresReading, env: Env): [Plan, ...Plan[]] {
  const [first = NOWHERE, ...rest] = reading.hosts
  const plan = (host: PostgresHost) => planHost(host, reading, env)
  return [plan(first), ...rest.map(plan)]
}

const NOWHERE: PostgresHost = { host: UNREADABLE, port: Number.NaN }

function planHost(at: PostgresHost, reading: PostgresReading, env: Env): Plan {
  const { endpoint, remarks } = endpointOf(at, reading)
  const { transports, ...more } =
    endpoint.kind === 'unix'
      ? { transports: [{ kind: 'unix' }] as const, discarded: [], remarks: [] }
      : transportsOf(at, reading, env)
  return {
    driver: 'postgres',
    endpoint,
    transports,
    decidedBy: reading.sslOrigin,
    ...(reading.sslmode ? { sslmode: reading.sslmode } : {}),
    discarded: [...reading.discarded, ...more.discarded],
    remarks: [
      ...reading.remarks,
      ...remarks,
      ...unreadService(env, reading.hostOrigin),
      ...ambient(env),
      ...more.remarks,
    ],
    unknown: [],
  }
}

function endpointOf({ host, port }: PostgresHost, reading: PostgresReading) {
  const { path, hostaddr, hostOrigin, fatal, remarks: noticed } = reading
  const misread: Remark = { kind: 'string-misread', origin: hostOrigin }
  const known = noticed.some(({ kind }) => kind === 'string-misread')
  if (path) {
    const unreadable = /[@?=&#]|^\/\//.test(path)
    const endpoint: Endpoint = { kind: 'unix', path: unreadable ? UNREADABLE : path }
    return { endpoint, remarks: unreadable && !known ? [misread] : [] }
  }
  const unreadable = host === '' || /[^A-Za-z0-9._:-]/.test(host)
  // Of a misread string no piece is shown: it may be the end of a password.
  const shown = unreadable || (known && hostOrigin.via === 'uri') ? UNREADABLE : host
  const endpoint: Endpoint = { kind: 'tcp', host: shown, ...(hostaddr ? { hostaddr } : {}), port }
  return { endpoint, remarks: unreadable && !known && !fatal ? [misread] : [] }
}

interface Read {
  readonly transports: Plan['transports']
  readonly discarded: readonly Discarded[]
  readonly remarks: readonly Remark[]
}

function transportsOf({ host }: PostgresHost, reading: PostgresReading, env: Env): Read {
  const { ssl: value, negotiation, fatal } = reading
  const weak = unreadMode(env)
  if (!value || fatal) return { transports: [{ kind: 'plaintext' }], discarded: [], remarks: weak }
  const unverified = UNVERIFIED.includes(value)
  const ssl = isBag(value) && typeof value === 'object' ? readSsl(value, host) : undefined
  const { roots, discarded } = rootsOf(reading, ssl?.roots, env)
  const verification = unverified ? 'none' : (ssl?.verification ?? 'full')
  const tls: Transport = {
    kind: 'tls',
    verification,
    roots,
    ...(ssl?.crl ? { crl: ssl.crl } : {}),
    ...(ssl?.minTlsVersion ? { minTlsVersion: ssl.minTlsVersion } : {}),
    negotiation,
  }
  const named = isBag(value) && ('servername' in value || 'host' in value)
  const renamed = verification === 'full' && isIP(host) !== 0 && !named
  return {
    transports:
      value === 'prefer' && negotiation === 'postgres' ? [tls, { kind: 'plaintext' }] : [tls],
    discarded: [
      ...discarded,
      ...(renamed
        ? [{ origin: reading.hostOrigin, by: LOCALHOST, effect: 'weaker' as const }]
        : []),
    ],
    remarks: [...(ssl?.remarks ?? []), ...(verification === 'full' ? [] : weak), ...unreadEnv(env)],
  }
}

/** `ssl.ca`, else the file of sslrootcert, else PGSSLROOTCERT: postgres.js reads the first only. */
function rootsOf(reading: PostgresReading, inSsl: Roots | undefined, env: Env): RootsChoice {
  const { rootcert } = reading
  const { PGSSLROOTCERT: path } = env
  const named = rootcert ?? (path ? { path, origin: PGSSLROOTCERT } : undefined)
  if (!named) return { roots: inSsl ?? { kind: 'unset' }, discarded: [] }
  if (inSsl) {
    const lost = { origin: named.origin, by: SSL_CA, effect: 'same' } as const
    return { roots: inSsl, discarded: rootcert ? [lost] : [] }
  }
  const roots = fileRoots(named.path, named.origin)
  const read = rootcert && roots.kind === 'system'
  const lost = { origin: named.origin, by: DEFAULT_ROOTS, effect: 'weaker' } as const
  return { roots, discarded: read ? [] : [lost] }
}

const PGSSLROOTCERT = { via: 'env', key: 'PGSSLROOTCERT' } as const
const SSL_CA = { via: 'option', key: 'ssl.ca' } as const
const DEFAULT_ROOTS = { via: 'default', key: 'ca' } as const
/** Node's tls.connect compares the certificate with it where no name is given (src/connection.js). */
const LOCALHOST = {
  via: 'default',
  key: 'the name localhost, which it verifies for an IP address',
} as const

const ambient = (env: Env): Remark[] =>
  env.NODE_TLS_REJECT_UNAUTHORIZED === '0'
    ? [{ kind: 'ambient', origin: { via: 'env', key: 'NODE_TLS_REJECT_UNAUTHORIZED' } }]
    : []

/** Worth a word only where the connection is weak: beside good options it is psql's. */
const unreadMode = (env: Env): Remark[] =>
  env.PGSSLMODE
    ? [{ kind: 'key-unread', origin: { via: 'env', key: 'PGSSLMODE' }, meant: 'PGSSL' }]
    : []

/** Variables of libpq that ask for more than postgres.js does. */
const unreadEnv = (env: Env): Remark[] =>
  [
    ...['PGSSLCERT', 'PGSSLKEY', 'PGSSLCRL', 'PGREQUIREAUTH', 'PGSSLMINPROTOCOLVERSION'].filter(
      (key) => env[key],
    ),
    ...(env.PGCHANNELBINDING === 'require' ? ['PGCHANNELBINDING'] : []),
  ].map((key) => ({ kind: 'key-unread', origin: { via: 'env', key } }))
