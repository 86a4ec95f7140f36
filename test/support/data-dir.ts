import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { giveTo, serverAccount } from './account.js'

/** PEM files for `ssl_cert_file` and its companions. An issued certificate of packages/certs is one. */
export interface PresentedCertificate {
  readonly certificate: string
  /** What is presented, where that is more than `certificate`. */
  readonly chain?: string
  readonly key: string
  /** `ssl_ca_file`: roots of client certificates. Default: none. */
  readonly ca?: string
  /** `ssl_crl_file`. Default: none. */
  readonly crl?: string
}

/** Settings of postgresql.conf (manual chapter 19). */
export type Settings = Readonly<Record<string, string | number | boolean>>

const BASE: Settings = {
  listen_addresses: '127.0.0.1,::1',
  fsync: false,
  synchronous_commit: false,
  full_page_writes: false,
  max_connections: 50,
  shared_buffers: '8MB',
  max_wal_size: '32MB',
  min_wal_size: '4MB',
  autovacuum: false,
  log_destination: 'stderr',
  logging_collector: false,
  password_encryption: 'scram-sha-256',
}

/** Every server forks the processes it is told to, and a third of the time of a start was these. */
export const fewProcesses = (version: number): Settings => ({
  max_logical_replication_workers: 0,
  // Since PostgreSQL 18 there would be three that read for the others.
  ...(version >= 18 ? { io_method: 'sync' } : {}),
})

/** Writes one file of the data directory, with the owner and the mode that PostgreSQL insists on. */
function write(dataDir: string, name: string, content: string): void {
  const path = join(dataDir, name)
  writeFileSync(path, content, { mode: 0o600 })
  giveTo(serverAccount(), path)
}

/** Writes postgresql.conf anew: fast and small, on loopback, then `settings`. */
export function writeSettings(dataDir: string, settings: Settings): void {
  const quoted = (value: string | number | boolean): string =>
    typeof value === 'boolean' ? (value ? 'on' : 'off') : `'${String(value).replaceAll("'", "''")}'`
  const lines = Object.entries({ ...BASE, ...settings }).map(([k, v]) => `${k} = ${quoted(v)}\n`)
  write(dataDir, 'postgresql.conf', lines.join(''))
}

/** Writes the files of a certificate; returns the settings that point at them. */
export function writeCertificate(dataDir: string, certificate: PresentedCertificate): Settings {
  write(dataDir, 'server.crt', certificate.chain ?? certificate.certificate)
  write(dataDir, 'server.key', certificate.key)
  write(dataDir, 'root.crt', certificate.ca ?? '')
  write(dataDir, 'root.crl', certificate.crl ?? '')
  return {
    ssl_cert_file: 'server.crt',
    ssl_key_file: 'server.key',
    ssl_ca_file: certificate.ca ? 'root.crt' : '',
    ssl_crl_file: certificate.crl ? 'root.crl' : '',
  }
}

/** Everyone through the socket; over TCP with scram-sha-256 and, where the server has it, TLS. */
export function defaultHba(ssl: boolean): readonly string[] {
  const type = ssl ? 'hostssl' : 'host'
  return [
    'local all all trust',
    `${type} all all 127.0.0.1/32 scram-sha-256`,
    `${type} all all ::1/128 scram-sha-256`,
  ]
}

/** Writes pg_hba.conf; the first line keeps the superuser's way in, whatever is tested. */
export function writeHba(dataDir: string, lines: readonly string[]): void {
  write(dataDir, 'pg_hba.conf', ['local all postgres trust', ...lines, ''].join('\n'))
}
