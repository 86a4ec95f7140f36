import type { CertificateSummary, Endpoint, Origin } from './model.js'
import type { HbaEntry } from './server-files/hba.js'

/**
 * What one server is to its clients: read from its files, or asked of it. A field is absent where it is
 * not known, and nothing is then concluded from it.
 */
export interface ServerPosture {
  readonly endpoint: Endpoint
  /** By name, as SHOW prints them: `ssl`, `ssl_ca_file`, `ssl_min_protocol_version`. */
  readonly settings?: ReadonlyMap<string, ServerSetting>
  /** In the order in which the server tries them. */
  readonly hba?: readonly HbaEntry[]
  /** The file of entries that name none, for origins. @default 'pg_hba.conf' */
  readonly hbaFile?: string
  /** What it answered to a startup packet without TLS. */
  readonly plaintextAnswer?: 'accepted' | 'refused'
  readonly certificate?: CertificateSummary
  readonly sessions?: readonly ClientSession[]
  /** For a replica: where it differs from its primary. */
  readonly drift?: readonly Drift[]
}

export interface ServerSetting {
  readonly value: string
  readonly origin: Origin
}

/** One session on the server, from pg_stat_activity and pg_stat_ssl. */
export interface ClientSession {
  readonly pid: number
  readonly user: string
  /** Null for replication. */
  readonly database: string | null
  readonly application: string
  /** Numeric; null for a Unix-domain socket. */
  readonly address: string | null
  readonly ssl: boolean
  readonly startedAt: Date
  readonly replication: boolean
}

/** One difference between a replica and its primary. */
export interface Drift {
  /** A setting's name, `pg_hba.conf`, `certificate issuer`. */
  readonly what: string
  readonly primary: string
  readonly replica: string
}
