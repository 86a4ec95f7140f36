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

/** What the postmaster logs before it reads its files again. */
const RELOADING = /received SIGHUP, reloading configuration files/

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
  const reload = async (): Promise<void> => {
    const logged = daemon.log().length
    const since = (): string => daemon.log().slice(logged)
    daemon.child.kill('SIGHUP')
    for (const deadline = Date.now() + 5000; !RELOADING.test(since()); await sleep(2)) {
      if (Date.now() > deadline) throw new Error('PostgreSQL did not reload within 5 seconds')
    }
    // The postmaster does one thing at a time: the backend of a connection made now is forked after it has read
    // everything, and logged what it refused.
    await admin('select')
    if (REFUSED.test(since())) throw new Error(`PostgreSQL refused to reload:\n${since()}`)
  }
  return { admin, reload }
}
