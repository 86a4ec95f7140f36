import type { ClientSession, Policy, PolicyOptions } from '@verify-full/core'
import type { AuditTarget } from '../audit/types.js'
import type { Unseen } from '../live/types.js'

/** Sessions that are in plaintext on purpose: every field that is given has to match. */
export interface IgnoredSession {
  readonly user?: string
  readonly database?: string
  readonly application?: string
  /** An address or a range, `10.0.0.0/8`. */
  readonly address?: string
}

/** A pool of the application, guarded: what is watched is the server behind it. */
export interface WatchedPool {
  query(sql: string): Promise<{ readonly rows: readonly Readonly<Record<string, unknown>>[] }>
}

/** The clock of a watch; tests bring their own. */
export interface Clock {
  now(): Date
  /** Resolves after so many milliseconds, or at once when aborted. Keeps no process alive. */
  sleep(millis: number, signal: AbortSignal): Promise<void>
  /** From 0 up to 1. */
  random(): number
}

/** Options of {@link watch}: `pool` or `targets`. */
export interface WatchOptions {
  readonly targets?: readonly AuditTarget[]
  readonly pool?: WatchedPool
  /** Seconds between the end of one look and the next, give or take a tenth. @default 60 */
  readonly everySeconds?: number
  readonly policy?: Policy | PolicyOptions
  readonly ignore?: readonly IgnoredSession[]
  /** Days left at which an expiring certificate is critical; the first level is the policy's. @default 7 */
  readonly criticalDays?: number
  /** Servers that are looked at at the same time. @default 32 */
  readonly concurrency?: number
  /** Milliseconds for one exchange. @default 5000 */
  readonly timeoutMillis?: number
  readonly signal?: AbortSignal
  readonly clock?: Clock
  onEvent?(event: WatchEvent): void
  /** After every look, whatever it found: for counters. */
  onLook?(look: Look): void
}

/** What identifies a certificate: enough to tell a renewal from a stranger. */
export interface CertificateIdentity {
  readonly subject: string
  readonly issuer: string
  /** SHA-256 of the public key (SubjectPublicKeyInfo, DER), hexadecimal. */
  readonly key: string
  readonly fingerprint256: string
  /** ISO 8601. */
  readonly validTo: string
  /** Whether a verify-full client would accept it. */
  readonly trusted: boolean
}

/** Sessions of one client: same user, database, application and address. */
export interface PlaintextClient
  extends Pick<ClientSession, 'user' | 'application' | 'address' | 'database' | 'replication'> {
  readonly sessions: number
  /** The oldest, ISO 8601. */
  readonly since: string
}

interface Common {
  /** ISO 8601. */
  readonly at: string
  readonly cluster: string
  /** `host:port`; of a pool: `pool`. */
  readonly server: string
}

export type WatchEvent = Common &
  (
    | { readonly type: 'plaintext-session'; readonly client: PlaintextClient }
    | { readonly type: 'plaintext-session-gone'; readonly client: PlaintextClient }
    | {
        readonly type: 'certificate-changed'
        readonly address: string
        readonly before: CertificateIdentity
        readonly after: CertificateIdentity
        /** By name, and anybody can take a name: what tells a stranger is `after.trusted`. */
        readonly issuerChanged: boolean
        readonly keyChanged: boolean
      }
    | {
        readonly type: 'certificate-expiring'
        readonly level: 'warning' | 'critical'
        readonly address: string
        readonly daysLeft: number
        readonly certificate: CertificateIdentity
      }
    /** No TLS any more, or none from the start: `N`, another answer, or the code of a failure. */
    | { readonly type: 'tls-lost'; readonly address: string; readonly why: string }
    | { readonly type: 'tls-restored'; readonly address: string }
    | {
        readonly type: 'rules-changed'
        readonly added: readonly string[]
        readonly removed: readonly string[]
      }
    | {
        readonly type: 'settings-changed'
        readonly changes: readonly {
          readonly name: string
          readonly before: string
          readonly after: string
        }[]
      }
    | { readonly type: 'unreachable'; readonly why: string }
    | { readonly type: 'reachable' }
    | { readonly type: 'not-visible'; readonly unseen: Unseen }
  )

/** The same for all types, without what is the same for all events. */
export type WatchNews = WatchEvent extends infer E
  ? E extends WatchEvent
    ? Omit<E, keyof Common>
    : never
  : never

/** What one look at one server saw. What could not be seen is absent. */
export interface Look {
  readonly cluster: string
  readonly server: string
  readonly at: Date
  readonly millis: number
  /** Why it could not be looked at: a code. */
  readonly failure?: string
  readonly certificates: readonly {
    readonly address: string
    readonly certificate: CertificateIdentity
  }[]
  /** Addresses of a server that can be reached at which no TLS came about, and why. */
  readonly withoutTls: readonly { readonly address: string; readonly why: string }[]
  readonly plaintext?: readonly PlaintextClient[]
  readonly settings?: ReadonlyMap<string, string>
  readonly rules?: readonly string[]
  readonly unseen: readonly Unseen[]
}

/** A running watch. */
export interface Watch {
  /** Resolves when it was aborted and every connection is closed. Never rejects. */
  readonly stopped: Promise<void>
  stop(): Promise<void>
}
