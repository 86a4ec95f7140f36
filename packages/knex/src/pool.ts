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
 * forgets it. Which of several did is not known before the last one that is under way has ended; an
 * AsyncLocalStorage would know, and before Node 24 it makes every promise of the process dearer.
 */
export const closing =
  (client: KnexClient, create: Create): Create =>
  async () => {
    const now = underWay(client)
    now.creates++
    try {
      const connection = await create()
      now.opened.delete(connection)
      return connection
    } finally {
      now.creates--
      if (now.creates === 0) {
        // Knex marks what its pool has opened; a caller of acquireRawConnection() keeps what is his.
        for (const connection of now.opened)
          if ('__knexUid' in connection) close(client, connection)
        now.opened.clear()
      }
    }
  }

/** Tells the `create`s that are under way of a connection. */
export function opened(client: KnexClient, connection: Connection): void {
  const { creates, opened } = underWay(client)
  if (creates > 0) opened.add(connection)
}

/** The `create`s of a client that have not ended yet, and what was opened meanwhile. */
interface UnderWay {
  creates: number
  readonly opened: Set<Connection>
}

function underWay(client: KnexClient): UnderWay {
  const now = all.get(client) ?? { creates: 0, opened: new Set() }
  all.set(client, now)
  return now
}

const all = new WeakMap<KnexClient, UnderWay>()

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
