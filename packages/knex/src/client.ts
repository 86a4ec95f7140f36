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
  readonly pool?: TarnPool | undefined
  /** False for a `connectionPool`, whose connections others open; Knex before 3.3 has none. */
  readonly _ownsPool?: boolean
  initializeDriver(): void
  destroyRawConnection(connection: Connection): Promise<unknown>
}

export interface KnexConfig {
  readonly client?: unknown
  readonly dialect?: unknown
  readonly connection?: unknown
  readonly connectionPool?: unknown
}

// biome-ignore lint/suspicious/noExplicitAny: TypeScript requires any[] for the base of a mixin (TS2545)
export type AnyClass = new (...args: any[]) => any

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
}

export interface TarnSettings extends PoolSettings {
  readonly create: Create
}

/** Opens a connection as for the pool: `connection` function, version, search_path, afterCreate. */
export type Create = () => Promise<Connection>

/** A pool of tarn. */
export interface TarnPool extends PoolSettings {
  creator: Create
  numUsed(): number
  numFree(): number
  numPendingCreates(): number
}
