import { join } from 'node:path'

/** What the printed lines are about. */
export interface Layout {
  /** Absolute. */
  readonly directory: string
  readonly host: string
  /** Roles with a client certificate. */
  readonly clients: readonly string[]
}

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** Settings of postgresql.conf (manual section 19.3.3). */
export const postgresqlConf = ({ directory }: Pick<Layout, 'directory'>): readonly string[] => [
  'ssl = on',
  `ssl_cert_file = ${quote(join(directory, 'server.crt'))}`,
  `ssl_key_file = ${quote(join(directory, 'server.key'))}`,
  `ssl_ca_file = ${quote(join(directory, 'root.crt'))}`,
  "ssl_min_protocol_version = 'TLSv1.2'",
  "password_encryption = 'scram-sha-256'",
]

/** Lines of pg_hba.conf (manual section 21.1): nothing but hostssl, so nothing gets in without TLS. */
export const pgHba = ({ clients }: Pick<Layout, 'clients'>): readonly string[] => [
  ...clients.map((role) => `hostssl all "${role.replaceAll('"', '""')}" all cert`),
  'hostssl all all all scram-sha-256',
]

/** The connection string; with a role, the one that presents the role's certificate. */
export function connectionString({ directory, host }: Layout, role?: string): string {
  const name = host.includes(':') ? `[${host}]` : host
  const parameters = {
    sslmode: 'verify-full',
    sslrootcert: join(directory, 'root.crt'),
    ...(role === undefined
      ? {}
      : {
          sslcert: join(directory, `client-${role}.crt`),
          sslkey: join(directory, `client-${role}.key`),
        }),
  }
  const query = Object.entries(parameters).map(
    ([key, value]) => `${key}=${encodeURIComponent(value).replaceAll('%2F', '/')}`,
  )
  const user = role === undefined ? 'USER:PASSWORD' : encodeURIComponent(role)
  return `postgres://${user}@${name}:5432/DATABASE?${query.join('&')}`
}
