import type { SessionReport } from '@verify-full/core'
import type pg from 'pg'
import { policyOf } from './client.js'
import type { PgClient } from './driver.js'
import { sessionOf } from './session.js'

/**
 * Opens one new connection as the pool would, closes it, and resolves with what was found: for start-up
 * and health checks. For a connected guarded client it resolves with the report of its session.
 *
 * @throws PolicyError where the connection is refused; the driver's error where it fails otherwise;
 *   TypeError where the pool or client is not guarded.
 * @example
 * import { guard, verifySession } from '@verify-full/pg'
 * import pg from 'pg'
 *
 * export async function health(pool: pg.Pool) {
 *   const { certificateDaysLeft, session } = await verifySession(guard(pool))
 *   return { tls: session.local?.version, certificateDaysLeft }
 * }
 */
export async function verifySession(target: pg.Pool | pg.Client): Promise<SessionReport> {
  const known = sessionOf(target as unknown as PgClient)
  if (known) return known
  const { Client, options } = target as unknown as {
    Client: new (config: unknown) => PgClient
    options: unknown
  }
  const policy = policyOf(Client)
  if (!policy) throw new TypeError('verifySession() takes a guarded pool or client')
  const client = new Client(options)
  // A connection lost after its verdict is the caller's next error, not this process's end.
  client.on('error', () => {})
  try {
    await client.connect()
    const report = sessionOf(client)
    if (!report) throw new TypeError('The session was not reported')
    return report
  } finally {
    await endWithin(policy.gateTimeoutMillis, client, () => client.end())
  }
}

/** Ends a client; one whose server has stopped answering is cut off after that time. For adapters. */
export async function endWithin(
  milliseconds: number,
  client: Pick<PgClient, 'connection'>,
  end: () => unknown,
): Promise<void> {
  const timer = setTimeout(() => client.connection.stream.destroy(), milliseconds)
  try {
    await end()
  } finally {
    clearTimeout(timer)
  }
}
