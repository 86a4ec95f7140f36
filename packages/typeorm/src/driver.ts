import type { Policy, TypeOrmPool } from '@verify-full/core'
import { guardClass } from '@verify-full/pg'
import type pg from 'pg'
import { type Place, Startup } from './startup.js'

/** The part of the pg module that TypeORM uses; `native` is not there any more. */
export type PgDriver = Pick<typeof pg, 'Client' | 'Pool'>

type ConnectCallback = (error: unknown, ...rest: unknown[]) => void
/** What pg-pool has beyond its types. */
interface AnyPool {
  Client: typeof pg.Client
  connect(callback?: ConnectCallback): unknown
  end(): Promise<void>
}

/**
 * A copy of pg for TypeORM's option `driver`, whose pools guard every client under the name of the
 * credentials they were made for. Everything it knows is in closures: it may be copied and merged.
 */
export function guardedDriver(
  driver: PgDriver,
  policy: Policy,
  planned: readonly TypeOrmPool[],
): PgDriver {
  const startup = new Startup(planned)
  const Pool = class extends driver.Pool {
    constructor(config?: pg.PoolConfig) {
      super(config)
      const pool = this as unknown as AnyPool
      const place = startup.enter(pool, config)
      const name = place?.name
      const placement = { driver: 'typeorm', ...(name === undefined ? {} : { name }) } as const
      // After the caller's options: `extra.Client` would win otherwise.
      pool.Client = guardClass(pool.Client, policy, placement)
      if (place) watchFirstConnect(pool, place)
    }
  }
  policies.set(Pool, policy)
  // TypeORM switches to `native` where pg-native is installed.
  const copy = {
    ...driver,
    native: undefined,
    Pool,
    Client: guardClass(driver.Client, policy, { driver: 'typeorm' }),
  }
  return copy as PgDriver
}

/** The policy of a guarded driver; undefined where it is none. */
export const policyOf = (driver: unknown): Policy | undefined =>
  typeof driver === 'object' && driver !== null && 'Pool' in driver
    ? policies.get(driver.Pool as object)
    : undefined

const policies = new WeakMap<object, Policy>()

/** TypeORM's `createPool` connects each pool once; a failure there is a failure of `initialize()`. */
function watchFirstConnect(pool: AnyPool, place: Place): void {
  const { connect } = pool
  pool.connect = (callback) => {
    // Back to the prototype's: a pool that has started costs nothing.
    delete (pool as Partial<AnyPool>).connect
    if (callback) {
      return connect.call(pool, (error, ...rest) => {
        if (error) place.failed()
        else place.connected()
        callback(error, ...rest)
      })
    }
    const connected = connect.call(pool) as Promise<unknown>
    connected.then(place.connected, place.failed)
    return connected
  }
}
