import { spawnSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { giveTo, serverAccount } from './account.js'
import { onProcessEnd } from './disposal.js'
import type { TlsIdentity } from './hostile.js'
import { type Daemon, end, freePort, start } from './postmaster.js'
import type { Upstream } from './proxy.js'

/** PgBouncer's sslmode towards clients or servers. */
export type BouncerSslMode =
  | 'disable'
  | 'allow'
  | 'prefer'
  | 'require'
  | 'verify-ca'
  | 'verify-full'

/** Options of {@link pgbouncer}. */
export interface BouncerOptions {
  /** The server behind; a {@link postgres} server is one. */
  readonly server: Upstream & { user: string; password: string; database: string }
  /** Presented to clients; required unless `clientTls` is `disable`. */
  readonly certificate?: TlsIdentity
  /** client_tls_sslmode. Default `require`. */
  readonly clientTls?: BouncerSslMode
  /** server_tls_sslmode. Default `require`. */
  readonly serverTls?: BouncerSslMode
  /** Root for `verify-ca` and `verify-full` towards the server, PEM. */
  readonly serverCa?: string
  /** pool_mode. Default `transaction`. */
  readonly poolMode?: 'session' | 'transaction' | 'statement'
  /** Further lines of the `[pgbouncer]` section, as `server_tls_protocols: 'tlsv1.2'`. */
  readonly settings?: Readonly<Record<string, string | number>>
}

/** A running PgBouncer; it accepts the server's own user and password. */
export interface Bouncer extends AsyncDisposable {
  readonly host: '127.0.0.1'
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  log(): string
  stop(): Promise<void>
}

let program: string | null | undefined

/** Whether there is a PgBouncer on PATH, or where distributions put it. A suite must say so when not. */
export function pgbouncerAvailable(): boolean {
  if (program !== undefined) return program !== null
  // Debian has it in sbin, which the PATH of an ordinary account may lack.
  const dirs = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  const found = dirs.map((dir) => join(dir, 'pgbouncer')).find((path) => existsSync(path))
  program = found && spawnSync(found, ['--version'], serverAccount()).status === 0 ? found : null
  return program !== null
}

/**
 * Starts a real PgBouncer in front of a server.
 *
 * @throws {Error} when it is not installed (see {@link pgbouncerAvailable}) or does not start.
 * @example
 * ```ts
 * await using bouncer = await pgbouncer({ server, certificate: set.certificate('good') })
 * ```
 */
export async function pgbouncer(options: BouncerOptions): Promise<Bouncer> {
  if (!pgbouncerAvailable() || !program) throw new Error('pgbouncer is not on PATH')
  const { user, password, database } = options.server
  const dir = await mkdtemp(join(tmpdir(), 'verify-full-pgbouncer-'))
  let daemon: Daemon | undefined
  const forget = onProcessEnd(() => {
    daemon?.child.kill('SIGKILL')
    rmSync(dir, { recursive: true, force: true })
  })
  const stop = async (): Promise<void> => {
    if (daemon) await end(daemon.child, ['SIGTERM', 'SIGKILL'], 1000)
    await rm(dir, { recursive: true, force: true })
    forget()
  }
  try {
    const port = await freePort()
    const ini = configuration(options, dir, port)
    giveTo(serverAccount(), dir)
    daemon = await start(program, [ini], /process up/)
    const { log } = daemon
    return {
      host: '127.0.0.1',
      port,
      user,
      password,
      database,
      log,
      stop,
      [Symbol.asyncDispose]: stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

function configuration(options: BouncerOptions, dir: string, port: number): string {
  const { server, certificate, serverCa, clientTls = 'require' } = options
  const write = (name: string, content: string): string => {
    const path = join(dir, name)
    writeFileSync(path, content, { mode: 0o600 })
    return path
  }
  const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`
  if (clientTls !== 'disable' && !certificate) {
    throw new TypeError("pgbouncer: 'certificate' is required unless clientTls is 'disable'")
  }
  const settings: Record<string, string | number> = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    // With the password itself, PgBouncer can speak SCRAM on both sides.
    auth_type: 'scram-sha-256',
    auth_file: write('userlist.txt', `${quote(server.user)} ${quote(server.password)}\n`),
    pool_mode: options.poolMode ?? 'transaction',
    ignore_startup_parameters: 'extra_float_digits,options',
    client_tls_sslmode: clientTls,
    server_tls_sslmode: options.serverTls ?? 'require',
    ...(certificate && {
      client_tls_cert_file: write('client.crt', certificate.chain ?? certificate.certificate),
      client_tls_key_file: write('client.key', certificate.key),
    }),
    ...(serverCa && { server_tls_ca_file: write('server-ca.crt', serverCa) }),
    ...options.settings,
  }
  const lines = [
    '[databases]',
    `* = host=${server.host ?? '127.0.0.1'} port=${server.port}`,
    '[pgbouncer]',
    ...Object.entries(settings).map(([name, value]) => `${name} = ${value}`),
  ]
  return write('pgbouncer.ini', `${lines.join('\n')}\n`)
}
