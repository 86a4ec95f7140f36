import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Daemon } from './postmaster.js'

/** The superuser's side of a server. */
export interface Admin {
  admin(sql: string, database?: string): Promise<Record<string, unknown>[]>
  reload(): Promise<void>
}

// Each stands for a configuration that the server refused and goes on without.
const REFUSED = /was not reloaded|contains errors|could not be loaded|cannot be changed without/

/** Talks to the server through its Unix-domain socket, so that no TLS setting can lock it out. */
export function adminOf(socketDir: string, port: number, daemon: Daemon): Admin {
  const admin = async (sql: string, database = 'postgres'): Promise<Record<string, unknown>[]> => {
    const client = new pg.Client({ host: socketDir, port, user: 'postgres', database, ssl: false })
    // The server may be stopped under the client; the query then fails, which is enough.
    client.on('error', () => {})
    await client.connect()
    try {
      const result: unknown = await client.query(sql)
      const last = (Array.isArray(result) ? result.at(-1) : result) as pg.QueryResult
      return last.rows
    } finally {
      await client.end()
    }
  }
  const loadTime = async (): Promise<string> => {
    const [row] = await admin('select pg_conf_load_time()::text as at')
    return String(row?.at)
  }
  const reload = async (): Promise<void> => {
    const before = await loadTime()
    const logged = daemon.log().length
    const refusal = (): string => daemon.log().slice(logged)
    daemon.child.kill('SIGHUP')
    for (const deadline = Date.now() + 5000; Date.now() < deadline; await sleep(10)) {
      if (REFUSED.test(refusal())) break
      // A new backend is forked after the postmaster has read everything, so what it sees is in force.
      if ((await loadTime()) !== before) break
    }
    if (REFUSED.test(refusal())) throw new Error(`PostgreSQL refused to reload:\n${refusal()}`)
    if ((await loadTime()) === before) throw new Error('PostgreSQL did not reload within 5 seconds')
  }
  return { admin, reload }
}
