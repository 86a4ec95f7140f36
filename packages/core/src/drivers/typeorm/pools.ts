import { isBag, keysOf, type PgConfig, peek, peekCopied } from '../pg/options.js'
import { parseTypeOrmUrl } from './url.js'

/** One pool that TypeORM would make, and where its settings are written. */
export interface TypeOrmPool {
  /** `replication.master`, `replication.slaves[1]`; absent without replication. */
  readonly name?: string
  /** What goes to `new pg.Pool()`, as far as it says where and how to connect. May hold a secret. */
  readonly config: PgConfig
  /** The object that holds the credentials: the options themselves, master, or a slave. */
  readonly credentials: unknown
  /** Prefix of the credentials' option paths: `''` or `replication.master.`. */
  readonly path: string
  /** The option `extra`, which goes to every pool and wins. */
  readonly extra: unknown
}

/**
 * The pools that TypeORM makes of DataSource options, master first: `createPool` of PostgresDriver.js and
 * CockroachDriver.js, typeorm 1.1.1; the same in 0.3.31. Never throws.
 *
 * @example
 * import { typeOrmPools } from '@verify-full/core'
 *
 * const url = 'postgres://db.example.com/app?sslmode=verify-full'
 * const [pool] = typeOrmPools({ type: 'cockroachdb', url })
 * export const { config } = pool ?? {} // { host: 'db.example.com', ... }: the query is gone
 */
export function typeOrmPools(options: unknown): TypeOrmPool[] {
  const replication = peek(options, 'replication')
  const pool = (credentials: unknown, name?: string): TypeOrmPool => ({
    ...(name === undefined ? {} : { name }),
    config: poolConfig(options, credentials),
    credentials,
    path: name === undefined ? '' : `${name}.`,
    extra: peek(options, 'extra'),
  })
  if (!replication) return [pool(options)]
  const slaves = peek(replication, 'slaves')
  return [
    pool(peek(replication, 'master'), 'replication.master'),
    ...(Array.isArray(slaves) ? slaves : []).map((slave, index) =>
      pool(slave, `replication.slaves[${index}]`),
    ),
  ]
}

function poolConfig(options: unknown, credentials: unknown): PgConfig {
  const read = (key: string): unknown => peekCopied(credentials, key)
  const url = read('url')
  const cockroach = peek(options, 'type') === 'cockroachdb'
  const parsed = cockroach && url ? parseTypeOrmUrl(url) : undefined
  const extra = peek(options, 'extra')
  return {
    ...(cockroach ? {} : { connectionString: url }),
    host: parsed ? parsed.host : read('host'),
    port: parsed?.port ?? read('port'),
    ssl: read('ssl'),
    // Last, and to every pool.
    ...Object.fromEntries(isBag(extra) ? keysOf(extra).map((key) => [key, peek(extra, key)]) : []),
  }
}
