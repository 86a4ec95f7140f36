import type { SessionReport } from '@verify-full/pg'
import { verifySession as verifyPool } from '@verify-full/pg'
import type pg from 'pg'
import type { DataSource } from 'typeorm'

/**
 * Opens one new connection to every endpoint of an initialized DataSource, closes it, and resolves with
 * what was found, master first: for start-up and health checks. `report.name` says which endpoint.
 *
 * @throws PolicyError where a connection is refused; the driver's error where it fails otherwise; TypeError
 *   where the DataSource is not guarded or not initialized.
 * @example
 * import { verifySession } from '@verify-full/typeorm'
 * import type { DataSource } from 'typeorm'
 *
 * export async function health(dataSource: DataSource) {
 *   const reports = await verifySession(dataSource)
 *   return reports.map(({ name, session }) => ({ name, tls: session.local?.version }))
 * }
 */
export async function verifySession(dataSource: DataSource): Promise<SessionReport[]> {
  if (!dataSource.isInitialized) {
    throw new TypeError('verifySession() takes an initialized DataSource')
  }
  const { master, slaves } = dataSource.driver as unknown as { master: pg.Pool; slaves: pg.Pool[] }
  const settled = await Promise.allSettled([master, ...slaves].map((pool) => verifyPool(pool)))
  return settled.map((result) => {
    if (result.status === 'rejected') throw result.reason
    return result.value
  })
}
