import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { dataParent, giveTo, serverAccount } from './account.js'
import { adminOf } from './admin.js'
import { binaries } from './binaries.js'
import {
  defaultHba,
  fewProcesses,
  type Settings,
  writeCertificate,
  writeHba,
  writeSettings,
} from './data-dir.js'
import { onProcessEnd } from './disposal.js'
import { pki } from './pki.js'
import type { PostgresOptions, PostgresServer } from './postgres-types.js'
import { type Daemon, end, startPostmaster } from './postmaster.js'
import { copyPrimary, primaryConnInfo } from './replica.js'
import { APP, copyData, initialize, template } from './template.js'

export type { PresentedCertificate, Settings } from './data-dir.js'
export type { PostgresOptions, PostgresServer } from './postgres-types.js'

/**
 * Starts a real PostgreSQL server on a free loopback port, with the role and database `app`.
 *
 * @throws {Error} when the version is not installed or the server does not start; says what it logged.
 * @example
 * ```ts
 * await using server = await postgres({ settings: { ssl_max_protocol_version: 'TLSv1.2' } })
 * ```
 */
export async function postgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const programs = binaries(options.version)
  const { user = APP.user, password = APP.password, ssl = true } = options
  const root = await mkdtemp(join(dataParent(), 'verify-full-pg-'))
  const dataDir = join(root, 'data')
  let daemon: Daemon | undefined
  const remove = { recursive: true, force: true, maxRetries: 5, retryDelay: 20 }
  const forget = onProcessEnd(() => {
    // SIGQUIT makes the postmaster take its backends with it, at once.
    daemon?.child.kill('SIGQUIT')
    rmSync(root, remove)
  })
  const stop = async (): Promise<void> => {
    if (daemon) {
      // Smart first: a client that is saying goodbye must not be told that the server is going (pg-pool's
      // end() does not wait for its connections). Then fast, then immediate: none of the data is kept.
      await end(daemon.child, ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGKILL'], 500)
    }
    rmSync(root, remove)
    forget()
  }
  try {
    const set = await pki()
    giveTo(serverAccount(), root)
    if (options.replicaOf) {
      await copyPrimary(options.replicaOf, dataDir)
    } else if (options.keepTemplate === false) {
      await initialize(programs, dataDir)
    } else {
      copyData(await template(programs), dataDir, serverAccount())
    }
    const certificate = options.certificate ?? { ...set.certificate('good'), ca: set.root.root }
    let settings: Settings = {
      ssl,
      ...fewProcesses(programs.version),
      ...writeCertificate(dataDir, certificate),
      ...(options.replicaOf ? primaryConnInfo(options.replicaOf) : {}),
      ...options.settings,
    }
    writeSettings(dataDir, settings)
    writeHba(dataDir, options.hba ?? defaultHba(ssl))
    const listening = await startPostmaster(programs, dataDir, root)
    daemon = listening.daemon
    const { port } = listening
    const { admin, reload } = adminOf(root, port, daemon)
    const replica = options.replicaOf !== undefined
    if (!replica && user !== APP.user) {
      await admin(`create role ${pg.escapeIdentifier(user)} login in role ${APP.user}`)
    }
    if (!replica && (user !== APP.user || password !== APP.password)) {
      await admin(
        `set password_encryption = 'scram-sha-256'; ` +
          `alter role ${pg.escapeIdentifier(user)} password ${pg.escapeLiteral(password)}`,
      )
    }
    const setSettings = async (more: Settings): Promise<void> => {
      writeSettings(dataDir, { ...settings, ...more })
      await reload()
      settings = { ...settings, ...more }
    }
    return {
      host: '127.0.0.1',
      port,
      version: programs.version,
      socketDir: root,
      dataDir,
      user,
      password,
      database: APP.database,
      admin,
      reload,
      setSettings,
      setCertificate: (next) => setSettings(writeCertificate(dataDir, next)),
      async setHba(lines) {
        writeHba(dataDir, lines)
        await reload()
      },
      async connections() {
        const role = pg.escapeLiteral(user)
        const rows = await admin(`select from pg_stat_activity where usename = ${role}`)
        return rows.length
      },
      log: daemon.log,
      stop,
      [Symbol.asyncDispose]: stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
