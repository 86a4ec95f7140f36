import type { ServiceFiles } from '../../conninfo/service.js'
import { LATEST_LIBPQ, type LibpqVersion } from '../../conninfo/setting.js'
import type { Plan, SslMode } from '../../model.js'
import { readHosts } from './hosts.js'
import { resolveSettings } from './settings.js'
import { readTransports } from './transports.js'

export type { ServiceFile, ServiceFiles } from '../../conninfo/service.js'
export type { LibpqVersion } from '../../conninfo/setting.js'

/** PostgreSQL's own default; Debian and its derivatives compile `/var/run/postgresql` in. */
export const DEFAULT_SOCKET_DIRECTORY = '/tmp'

/** What libpq is given. */
export interface LibpqConfig {
  /** A URI, a keyword/value string or a bare database name, as psql takes them. */
  readonly conninfo: string
  /** The major of the libpq that reads it; the newest one where absent. */
  readonly version?: LibpqVersion
  /** Where sockets are looked for when no host is given: {@link DEFAULT_SOCKET_DIRECTORY}. */
  readonly socketDirectory?: string
}

/**
 * What libpq would do with a connection string: one plan for each host, in the order of the string.
 * Reads nothing but its arguments; a string that libpq refuses is a `ConnInfoError`. A `service=`
 * that is in none of the files given is listed in `unknown`: it may set what the string does not.
 *
 * @see https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION
 * @example
 * import { planLibpq } from './plan.js'
 *
 * const [plan] = planLibpq({ conninfo: 'postgres://db.example.com/app' }, {})
 * export const attempts = plan?.transports.map(({ kind }) => kind) // ['tls', 'plaintext']
 */
export function planLibpq(
  { conninfo, version = LATEST_LIBPQ, socketDirectory = DEFAULT_SOCKET_DIRECTORY }: LibpqConfig,
  env: Readonly<Record<string, string | undefined>>,
  services?: ServiceFiles,
): [Plan, ...Plan[]] {
  const settings = resolveSettings(conninfo, env, services, version)
  const [first, ...rest] = readHosts(settings, socketDirectory)
  const transports = readTransports(settings, version)
  const sslmode = settings.get('sslmode')
  const origin = sslmode?.origin ?? { via: 'default', key: 'sslmode' }
  // With GSSAPI encryption there is no TLS, whatever sslmode says; `prefer`, the default, tries it where
  // this machine has a Kerberos ticket, which no string tells.
  const gssencmode = settings.get('gssencmode')
  const gss = gssencmode?.value === 'require' ? gssencmode.origin : undefined
  const remote = gss ? ([{ kind: 'gss' }] as const) : transports
  const plan = ({ endpoint, remarks }: typeof first): Plan => ({
    driver: 'libpq',
    endpoint,
    // libpq never asks for TLS on a unix socket, whatever sslmode says.
    transports: endpoint.kind === 'unix' ? [{ kind: 'unix' }] : remote,
    decidedBy: (endpoint.kind === 'tcp' && gss) || origin,
    ...(sslmode && origin.via !== 'default'
      ? { sslmode: { mode: sslmode.value as SslMode, origin } }
      : {}),
    discarded: settings.discarded,
    remarks: [...settings.remarks, ...remarks],
    unknown: settings.unknown,
  })
  return [plan(first), ...rest.map(plan)]
}
