/** What the contract needs of an adapter, in the words of no library: a new library is one such object. */
import type { DriverName, PolicyOptions, SessionReport } from '@verify-full/core'

/** An account on a server and how the bytes to it are protected, for the library's own option names. */
export interface Target {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  /** The driver's own limit for one connection. Default {@link PATIENCE_MILLIS}. */
  readonly connectTimeoutMillis?: number
  readonly ssl?: boolean | { readonly ca?: string; readonly rejectUnauthorized?: boolean }
}

/** A target, or one connection string. */
export type Config = Target | { readonly url: string }

export type Row = Readonly<Record<string, unknown>>
export type Query = (sql: string) => Promise<readonly Row[]>

/** What some libraries do not have: their cases then say that they were not tested. */
export type Feature = 'verifySession' | 'listeners'

/** Does what `use` of used.mjs does with `CONTRACT_CONFIG`. */
export interface Script {
  readonly script: string
  /** The binary; the running one where there is none. */
  readonly node?: string
  readonly env: Readonly<Record<string, string>>
}

export interface Adapter {
  /** In the titles of the tests. */
  readonly name: string
  /** In reports and events. */
  readonly driver: DriverName
  /** How a process of its own uses it: by the module that exports this object as `adapter`, or by a script. */
  readonly child: { readonly module: string } | Script
  /**
   * Guards a configuration and gives it to the library: a pool of at most {@link POOL_SIZE} connections
   * that lets callers wait for one as long as {@link PATIENCE_MILLIS}. May connect already; rejects with what the
   * library reports then, having left nothing behind.
   */
  open(config: Config, policy?: PolicyOptions): Promise<Database>
  readonly lacks?: readonly Feature[]
  /** Connections that the library opens for itself before the first one of a caller. Default 0. */
  readonly probes?: number
  /**
   * Whether each refusal of a caller costs one connection, no more and no less. Default true; false for a pool that
   * dials for more callers than wait, tells several of one refusal, or dials for itself.
   */
  readonly dialsOnce?: boolean
  /** The rule that refuses a configuration without a word about TLS. Default `sslmode-missing`. */
  readonly silence?: string
  /** Where root.crt is not there, the library fails by an error of its own before a driver is asked. */
  readonly readsRootCert?: boolean
  /** The guard's error inside the library's own, where the library wraps it: `cause`, `parent`. */
  unwrap?(error: unknown): unknown
}

export interface Database {
  readonly query: Query
  /** Runs `work` in one transaction, on one connection. */
  transaction<T>(work: (query: Query) => Promise<T>): Promise<T>
  /** Of every endpoint; there unless `lacks` says otherwise. */
  verifySession?(): Promise<readonly SessionReport[]>
  /** What the library's pool holds now; left out where it does not say. */
  counts?(): { readonly connections: number; readonly waiting: number }
  /** Resolves when the library has let go of its connections. */
  close(): Promise<void>
}

export const POOL_SIZE = 5
/** Longer than every refusal takes on a busy machine. */
export const PATIENCE_MILLIS = 15_000
