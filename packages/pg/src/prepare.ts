import type { PgReading } from '@verify-full/core'

type Config = Record<string, unknown>

/**
 * The configuration that is handed to pg's constructor: the TLS parameters of the URL are already read,
 * so pg neither reads files while constructing (it would throw there) nor replaces `ssl`. A configuration
 * that makes pg throw becomes a stub: its refusal comes from `connect()`.
 */
export function withoutTlsParameters(config: string | Config, reading: PgReading): Config {
  if (reading.fatal) return { host: reading.host, port: reading.port || 5432 }
  const given = typeof config === 'string' ? { connectionString: config } : config
  const { connectionString } = given
  if (typeof connectionString !== 'string') return given
  const [before = '', ...rest] = connectionString.split('?')
  const query = rest.join('?').split('#', 1)[0] ?? ''
  const kept = query.split('&').filter((parameter) => !TLS_PARAMETERS.test(parameter))
  const prepared: Config = {
    ...given,
    connectionString: kept.length > 0 && query !== '' ? `${before}?${kept.join('&')}` : before,
    ssl: reading.ssl,
    sslnegotiation: reading.negotiation,
  }
  // pg-pool hides the password from spreading (P24).
  if ('password' in given) prepared.password = given.password
  return prepared
}

const TLS_PARAMETERS =
  /^(ssl|sslmode|sslrootcert|sslcert|sslkey|sslcrl|sslnegotiation|uselibpqcompat)(=|$)/
