import { guard, type PolicyOptions } from '@verify-full/pg'
import type { AuditTarget, Connection, ProbeTarget } from '@verify-full/server'
import pg from 'pg'
import type { PostgresServer } from '../support/index.js'

/** How the audit gets a connection in the tests: pg, through the guard. */
export function guarded(
  account: Pick<PostgresServer, 'user' | 'password' | 'database'>,
  rootCert: string,
  policy: PolicyOptions = {},
): NonNullable<AuditTarget['connect']> {
  return async ({ host, hostaddr, port }: ProbeTarget): Promise<Connection> => {
    const { user, password, database } = account
    const client = guard(
      new pg.Client({
        host: hostaddr ?? host,
        port,
        user,
        password,
        database,
        ssl: { ca: rootCert },
      }),
      policy,
    )
    client.on('error', () => {})
    await client.connect()
    return {
      query: async (sql) => (await client.query(sql)).rows,
      close: () => client.end().catch(() => {}),
    }
  }
}
