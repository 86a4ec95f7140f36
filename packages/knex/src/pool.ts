import { AsyncLocalStorage } from 'node:async_hooks'
import type { Policy } from '@verify-full/core'
import type { Connection, Create, KnexClient, PoolSettings, TarnPool } from './client.js'

/**
 * Pool settings with `propagateCreateError: true`, Knex's default: with `false` a refusal would become
 * KnexTimeoutError after the whole acquire timeout, with a new connection every 200 ms.
 */
export function propagating<T extends PoolSettings>(settings: T): T {
  if (settings.propagateCreateError === false) {
    process.emitWarning(
      'pool.propagateCreateError: false is not used: it would turn a refused connection into KnexTimeoutError.',
      { code: 'VERIFY_FULL_KNEX_PROPAGATE' },
    )
  }
  return { ...settings, propagateCreateError: true }
}

/**
 * A `create` of the pool that closes what it opened when it fails afterwards, by `afterCreate`: Knex
 * forgets it. The pool's own `create` knows its connection; the dialect tells it here, by {@link opened}.
 */
export const closing =
  (client: KnexClient, create: Create): Create =>
  () => {
    const connections: Connection[] = []
    return creating.run(connections, async () => {
      try {
        return await create()
      } catch (error) {
        for (const connection of connections) close(client, connection)
        throw error
      }
    })
  }

/** Tells the `create` that is running of its connection. */
export const opened = (connection: Connection): unknown => creating.getStore()?.push(connection)

const creating = new AsyncLocalStorage<Connection[]>()

/** Makes a pool that Knex has already, and that holds nothing yet, one of a guarded dialect. */
export function adopt(client: KnexClient, pool: TarnPool, { reportOnly }: Policy): void {
  if (!reportOnly)
    Object.assign(pool, { propagateCreateError: propagating(pool).propagateCreateError })
  pool.creator = closing(client, pool.creator)
}

/** Knex's own first queries forget their connection too (Knex 3.3.0, dialects/postgres/index.js:97). */
export async function closingOnFailure<T>(
  client: KnexClient,
  connection: Connection,
  query: Promise<T>,
): Promise<T> {
  try {
    return await query
  } catch (error) {
    close(client, connection)
    throw error
  }
}

/** Not awaited: the caller's error comes first, and a server that does not answer cannot hold it. */
export function close(client: KnexClient, connection: Connection): void {
  client.destroyRawConnection(connection).catch(() => {})
}
