import type { SessionReport } from '@verify-full/core'
import type postgres from 'postgres'
import { guardOf, type Postgres } from './guard.js'
import { endDialsWith, guardedSocket, newDials } from './socket.js'

/**
 * Opens one new connection as `sql` would, closes it, and resolves with what was found: for start-up and
 * health checks.
 *
 * @throws PolicyError where the connection is refused; the driver's error where it fails otherwise;
 *   TypeError where `sql` is not guarded.
 * @example
 * import { guard, verifySession } from '@verify-full/postgres'
 * import postgres from 'postgres'
 *
 * const sql = guard(postgres)(process.env.DATABASE_URL ?? '')
 * export const { certificateDaysLeft } = await verifySession(sql)
 */
export async function verifySession(sql: postgres.Sql): Promise<SessionReport> {
  const known = guardOf(sql.options)
  if (!known) throw new TypeError('verifySession() takes an sql of a guarded postgres()')
  const connect: Postgres = known.postgres ?? (await import('postgres')).default
  const dials = newDials()
  let accepted: (report: SessionReport) => void = () => {}
  const reported = new Promise<SessionReport>((resolve) => {
    accepted = resolve
  })
  const socket = guardedSocket({ ...known.guarded, dials }, (report) => accepted(report))
  const probe = connect({ ...sql.options, ...ONE_CONNECTION, shared: fresh(), socket })
  endDialsWith(probe, dials)
  try {
    // It connects for a query only; whose answer is not waited for: the server may have stopped answering.
    const answered = probe`select 1`.then(() => {
      throw new TypeError('The session was not reported')
    })
    return await Promise.race([reported, answered])
  } finally {
    // Without a limit postgres.js 3.4.9 waits for ever where the connection was lost during the query.
    await probe.end({ timeout: 1 })
  }
}

const ONE_CONNECTION = {
  max: 1,
  fetch_types: false,
  no_subscribe: true,
  parameters: {},
  onclose: undefined,
  onnotify: undefined,
  onparameter: undefined,
}
/** postgres.js counts its retries in it. */
const fresh = () => ({ retries: 0, typeArrayMap: {} })
