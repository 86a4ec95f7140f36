import type { ClientSession, ServerSetting } from '@verify-full/core'
import type { HbaEntry, HbaError } from '@verify-full/core/offline'

/** Runs one statement and resolves with its rows, by column name. */
export type Query = (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>

/** One connection to one server. Who makes it sees to its TLS; this package never holds a password. */
export interface Connection {
  readonly query: Query
  /** Of BackendKeyData: behind a pooler the server says another one. */
  readonly pid?: number
  /** Resolves when the connection is gone; never rejects. */
  close(): Promise<void>
}

/** Something that could not be looked at. It is not clean: it is unknown. */
export interface Unseen {
  /** What: `sessions`, `pg_hba.conf`, `replicas`, `connection`. */
  readonly what: string
  readonly why: string
  readonly fix: string
}

/** A standby that streams from this server, as pg_stat_replication has it. */
export interface Standby {
  readonly application: string
  /** Numeric; null for a Unix-domain socket. */
  readonly address: string | null
  readonly state: string
}

/** What a connection saw of its server. */
export interface LiveFacts {
  readonly role: 'primary' | 'replica'
  /** Major version. */
  readonly version: number
  readonly settings: ReadonlyMap<string, ServerSetting>
  /** Absent where it is not visible to this role. */
  readonly hba?: readonly HbaEntry[]
  /** Lines that the server refuses: it goes on with the rules it had before. */
  readonly hbaErrors: readonly HbaError[]
  /** When the configuration was last loaded. */
  readonly loadedAt: Date
  /** All that is visible, this connection's own left out. Absent where none is visible. */
  readonly sessions?: readonly ClientSession[]
  readonly standbys?: readonly Standby[]
  /** Sessions older than the last load that today's rules would refuse. */
  readonly survivors: readonly ClientSession[]
  readonly unseen: readonly Unseen[]
}
