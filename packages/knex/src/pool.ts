import type { Connection, Done, KnexClient, PoolSettings } from './client.js'

/**
 * Pool settings with `propagateCreateError: true`, Knex's default: with `false` a refusal would become
 * KnexTimeoutError after the whole acquire timeout, with a new connection every 200 ms.
 */
export function propagating(settings: PoolSettings): PoolSettings {
  if (settings.propagateCreateError === false) {
    process.emitWarning(
      'pool.propagateCreateError: false is not used: it would turn a refused connection into KnexTimeoutError.',
      { code: 'VERIFY_FULL_KNEX_PROPAGATE' },
    )
  }
  return { ...settings, propagateCreateError: true }
}

/** Pool settings whose `afterCreate` ends the connection that it fails: Knex forgets it. */
export function closing(client: KnexClient, settings: PoolSettings): PoolSettings {
  const { afterCreate } = settings
  if (!afterCreate) return settings
  return {
    ...settings,
    afterCreate(connection, done) {
      const settle: Done = (error, ...rest) => {
        if (error) close(client, connection)
        done(error, ...rest)
      }
      try {
        return afterCreate(connection, settle)
      } catch (error) {
        close(client, connection)
        throw error
      }
    },
  }
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
function close(client: KnexClient, connection: Connection): void {
  client.destroyRawConnection(connection).catch(() => {})
}
