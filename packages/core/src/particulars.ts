import { RIGHT } from './right.js'
import type { Sentence, Words } from './sentences.js'

/** What stands in for a client that the guard sees connecting, and what to write instead. */
export const UNOBSERVABLE: Record<string, readonly [actual: string, fix: string]> = {
  client: [
    'pgnative hands the connection to libpq: connection.ssl does not reach it, and without PGSSLMODE it goes on in plaintext where the server offers no TLS',
    "write client: 'pg' and remove pg-native",
  ],
  connectionPool: [
    'knex would send every query through connections that another pool opened',
    'replace connectionPool by connection: knex then opens its own connections, which are verified',
  ],
  'pg-native': [
    'pg-native is installed, so typeorm hands every connection to libpq: ssl and the sslmode of the url do not reach it',
    'write nativeDriver: false, or remove pg-native',
  ],
  nativeDriver: [
    'typeorm would hand every connection to nativeDriver: its TLS cannot be observed',
    'remove nativeDriver',
  ],
  driver: [
    'driver is not pg: it lacks the Pool or the Client of pg',
    'remove driver, or pass the pg module',
  ],
  'acquireRawConnection()': [
    'the dialect in client opened this connection by itself, with another Client than this.driver.Client',
    'make it with new this.driver.Client(settings), or of super.acquireRawConnection()',
  ],
  'connection()': [
    'knex would send this query through a connection that it did not open',
    'remove .connection(...) or the connection of the transaction; knex then uses its own, which is verified',
  ],
}

/** Which end says that a session is not encrypted. */
export const SESSION_NOT_SSL: Record<string, string> = {
  plaintext: 'the connection would be in plaintext, and only what is written about it is waived',
  socket: 'this socket is not TLS: application -> server is in plaintext',
  pooler: "this socket is TLS, but the server's session is not: pooler -> server is in plaintext",
  'no row': 'pg_stat_ssl has no row for this session',
}

/** And what to do about it. */
export const NOT_SSL_FIX: Record<string, (it: Words) => string> = {
  plaintext: (it) => `${RIGHT[it.driver]}; or waive session-not-ssl for this host too`,
  socket: (it) => RIGHT[it.driver],
  pooler: () =>
    "encrypt that hop (PgBouncer: server_tls_sslmode = verify-full), or, where the pooler's server is a unix socket, set sessionCheck: 'local'",
}

/** `written` of a handshake that failed over the version: OpenSSL's word for it is in `meant`. */
export const NO_VERSION = 'no common version'

/** A server from before TLS 1.2 and one that is told to stop below what is demanded here look the same. */
export const handshakeFailed = (
  { minTlsVersion, written, meant }: Words,
  expected: string,
): Sentence =>
  written === NO_VERSION
    ? [
        `a TLS version of both: ${minTlsVersion} or newer, or what minVersion and maxVersion leave of it`,
        `the server speaks no TLS version that is allowed here (${meant})`,
        "set ssl_min_protocol_version = 'TLSv1.2' and ssl_max_protocol_version = '' in the server's postgresql.conf; a server that cannot needs an upgrade; verify-full doctor names the versions that it speaks",
      ]
    : [
        expected,
        `the TLS connection was not established${written === undefined ? '' : ` (${written})`}`,
        `look at cause; check that this is a PostgreSQL server, that it speaks ${minTlsVersion} or newer (ssl_min_protocol_version and ssl_max_protocol_version in postgresql.conf), and whether it wants a client certificate`,
      ]

/** A version that a driver is told to go down to stands where it is told; a server's own is the server's. */
export const lowerBound = ({ origin, minTlsVersion }: Words): string =>
  origin.via === 'server' ? '' : `remove ${origin.key}, or raise it to ${minTlsVersion}; `
