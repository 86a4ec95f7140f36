/**
 * The parts of Knex's client that the guard stands on, as structural types (read from Knex 2.5 to 3.3).
 * They are no documented API, but the seam that Knex's own dialects are made with.
 */
export interface KnexClient {
  readonly config: KnexConfig
  readonly constructor: DialectClass
  readonly dialect?: string
  readonly transacting?: boolean
  driver?: Driver
  pool?: TarnPool | undefined
  initializeDriver(): void
  initializePool(config?: KnexConfig): void
  destroyRawConnection(connection: Connection): Promise<unknown>
}

export interface KnexConfig {
  readonly client?: unknown
  readonly dialect?: unknown
  readonly connection?: unknown
  readonly connectionPool?: unknown
}

// biome-ignore lint/suspicious/noExplicitAny: TypeScript requires any[] for the base of a mixin (TS2545)
type AnyClass = new (...args: any[]) => any

/** A dialect, or a subclass of one: what `client` may be in a configuration. */
export type DialectClass = AnyClass

/** pg as the dialect loads it. */
export interface Driver {
  readonly Client: AnyClass
}

/** A physical connection: a Client of pg. */
export type Connection = object

/** What Knex's `pool` option and tarn's are, as far as the guard touches them. */
export interface PoolSettings {
  readonly propagateCreateError?: boolean
  readonly afterCreate?: AfterCreate
}

export type AfterCreate = (connection: Connection, done: Done) => unknown
export type Done = (error?: unknown, connection?: Connection) => void

/** A pool of tarn. */
export interface TarnPool {
  /** Opens a connection as for the pool: `connection` function, version, search_path, afterCreate. */
  readonly creator: () => Promise<Connection>
  numUsed(): number
  numFree(): number
  numPendingCreates(): number
}
