import { RIGHT } from './right.js'
import type { Words } from './sentences.js'

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
