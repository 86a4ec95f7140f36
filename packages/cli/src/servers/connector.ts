import { readFileSync } from 'node:fs'
import type { Policy } from '@verify-full/core'
import type { AuditTarget, Connection, ProbeTarget } from '@verify-full/server'
import type { Credentials } from './account.js'

/** Opens sessions with pg, through the guard: no password is sent to a server that is not verified. */
export function connector(
  { user, database, password, certificate, key }: Credentials,
  roots: readonly string[] | undefined,
  policy: Policy,
): NonNullable<AuditTarget['connect']> {
  return async (server: ProbeTarget): Promise<Connection> => {
    const [{ guard }, { default: pg }] = await Promise.all([
      import('@verify-full/pg'),
      import('pg'),
    ])
    const { Client } = guard({ Client: pg.Client, Pool: pg.Pool }, policy)
    const config = {
      ...server,
      user,
      database,
      password,
      application_name: 'verify-full',
      ssl: {
        ...(roots ? { ca: roots.join('\n') } : {}),
        ...(certificate && key
          ? { cert: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') }
          : {}),
      },
    }
    const client = new Client(config)
    // A connection that breaks later fails its query, which is enough.
    client.on('error', () => {})
    await client.connect()
    const { processID: pid } = client as { processID?: number | null }
    return {
      ...(typeof pid === 'number' ? { pid } : {}),
      query: async (sql) => (await client.query(sql)).rows,
      close: () => client.end().catch(() => {}),
    }
  }
}
