import type { SessionReport } from '@verify-full/core'
import { endWithin, verifySession as verifyClient } from '@verify-full/pg'
import type { Knex } from 'knex'
import type { KnexClient } from './client.js'
import { policyOf } from './dialect.js'

/**
 * Opens one new connection as the pool would, closes it, and resolves with what was found: for start-up
 * and health checks.
 *
 * @throws PolicyError where the connection is refused; pg's error where it fails otherwise; TypeError
 *   where the Knex is not guarded, has no `connection`, or is destroyed.
 * @example
 * import { guard, verifySession } from '@verify-full/knex'
 * import knex from 'knex'
 *
 * export async function health(db: knex.Knex) {
 *   const { certificateDaysLeft, session } = await verifySession(guard(db))
 *   return { tls: session.local?.version, certificateDaysLeft }
 * }
 */
export async function verifySession(knex: Knex): Promise<SessionReport> {
  const client: KnexClient | undefined = knex.client
  const policy = policyOf(client?.constructor)
  if (typeof client?.pool?.creator !== 'function' || !policy) {
    throw new TypeError('verifySession() takes a guarded Knex whose pool is initialized')
  }
  const connection = await client.pool.creator()
  const raw = connection as Parameters<typeof verifyClient>[0] & Parameters<typeof endWithin>[1]
  try {
    return await verifyClient(raw)
  } finally {
    await endWithin(policy.gateTimeoutMillis, raw, () => client.destroyRawConnection(connection))
  }
}
