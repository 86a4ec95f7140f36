import type {
  ClientSession,
  Endpoint,
  Policy,
  PolicyOptions,
  ServerPosture,
  Violation,
  Waived,
} from '@verify-full/core'
import type { CertificateFacts } from '@verify-full/core/offline'
import type { Connection, LiveFacts, Unseen } from '../live/types.js'
import type { ProbeTarget } from '../probe/probe.js'
import type { Account } from '../probe/startup.js'
import type { ProbeTest, ServerOffer } from '../probe/types.js'

/** A cluster to audit: one server, or a primary with its replicas. */
export interface AuditTarget {
  /** For reports. Default: host and port. */
  readonly name?: string
  /** All of its servers that are known, in any order; replicas that are found are added. */
  readonly servers: readonly [ProbeTarget, ...ProbeTarget[]]
  /**
   * Where standbys that are found listen: a server does not know (pg_stat_replication has the port that a
   * standby dials from). @default the port of the server they stream from
   */
  readonly standbyPort?: number
  /** For the startup attempts without credentials: who is asked for. */
  readonly account?: Account
  /** Trusted certificates, PEM. @default Node's default roots */
  readonly roots?: readonly string[]
  /**
   * Opens a connection to one of the servers, through a guard: this package asks nothing over a connection
   * that it could verify itself. Without it only what needs no credentials is looked at.
   */
  connect?(server: ProbeTarget, signal: AbortSignal): Promise<Connection>
}

/** Options of an audit. */
export interface AuditOptions {
  readonly policy?: Policy | PolicyOptions
  /** Clusters that are looked at at the same time. @default 32 */
  readonly concurrency?: number
  /** Milliseconds for one exchange with one server; one server takes at most six times as long. @default 5000 */
  readonly timeoutMillis?: number
  /** Whether replicas that stream from a server are audited with it. @default true */
  readonly discover?: boolean
  /** What is asked without credentials. @default all */
  readonly tests?: readonly ProbeTest[]
  /** As `probe` has it. @default getaddrinfo */
  readonly lookup?: (host: string) => Promise<readonly string[]>
  /** The clock. @default the current time */
  readonly now?: () => Date
  readonly signal?: AbortSignal
  /** Called after every server. */
  onServer?(server: ServerAudit, done: number): void
}

/**
 * From best to worst. `clean`: nothing found, everything seen. `warnings`: no violation, everything seen; sessions
 * that the rules of today would refuse are one.
 * `incomplete`: no violation, but something could not be seen: that is not clean. `unreachable`: no TCP
 * connection.
 */
export const AUDIT_STATUSES = [
  'clean',
  'warnings',
  'incomplete',
  'findings',
  'unreachable',
] as const
export type AuditStatus = (typeof AUDIT_STATUSES)[number]

/** What was found of one server. */
export interface ServerAudit {
  /** The cluster it belongs to. */
  readonly cluster: string
  readonly endpoint: Extract<Endpoint, { kind: 'tcp' }>
  /** `unknown` without a connection. */
  readonly role: 'primary' | 'replica' | 'unknown'
  /** Whether it was named, or found in pg_stat_replication. */
  readonly discovered: boolean
  readonly at: Date
  readonly status: AuditStatus
  /** What it offers without credentials. */
  readonly offer: ServerOffer
  /** Whether a session was opened and answered; absent where none was to be opened. */
  readonly connected?: boolean
  /** What it saw. */
  readonly live?: LiveFacts
  readonly posture: ServerPosture
  /** Of all that is presented, at any address, what expires first: the certificate or an intermediate. */
  readonly expires?: CertificateFacts
  readonly violations: readonly Violation[]
  readonly warnings: readonly Violation[]
  readonly waived: readonly Waived[]
  readonly unseen: readonly Unseen[]
  /** Sessions in plaintext that the policy wants encrypted. */
  readonly plaintext: readonly ClientSession[]
}

export interface AuditReport {
  readonly at: Date
  /** In the order of the targets. */
  readonly servers: readonly ServerAudit[]
  /** The worst of all servers. */
  readonly status: AuditStatus
}
