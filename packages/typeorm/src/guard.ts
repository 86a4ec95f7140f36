import { definePolicy, planTypeOrm, readPg, typeOrmPools } from '@verify-full/core'
import { guardClass, type Policy, type PolicyOptions, refusePlans } from '@verify-full/pg'
import { DataSource, type DataSourceOptions } from 'typeorm'
import { guardedDriver, type PgDriver, policyOf } from './driver.js'
import { disconnectOnFailure } from './initialize.js'
import { canLoadPgNative, loadAsTypeOrm } from './load.js'

/**
 * Refuses every connection of a TypeORM DataSource below the policy, `sslmode=verify-full` by default:
 * master and replicas. Give it DataSource options, or a DataSource before `initialize()`; the same kind of
 * thing comes back. Options come back as a copy with `driver` set; copies of that copy are guarded too.
 *
 * @throws PolicyError at once where the options are already known to be below the policy, for master and
 *   replicas together; no socket is opened. TypeError for another `type` than `postgres` and `cockroachdb`, for a DataSource that is
 *   initialized, and for one that is guarded already with another policy.
 * @example
 * import { readFileSync } from 'node:fs'
 * import { guard } from '@verify-full/typeorm'
 * import { DataSource } from 'typeorm'
 *
 * const ssl = { ca: readFileSync('/etc/ssl/root.crt', 'utf8') }
 * export const dataSource = new DataSource(guard({ type: 'postgres', host: 'db.example.com', ssl }))
 * @see https://www.postgresql.org/docs/current/libpq-ssl.html
 */
export function guard<T extends DataSource | DataSourceOptions>(
  target: T,
  policy?: PolicyOptions | Policy,
): T
export function guard(target: unknown, options?: PolicyOptions | Policy): unknown {
  const policy = definePolicy(options)
  if (typeof target !== 'object' || target === null) throw new TypeError(MISUSE)
  if (!isDataSource(target)) {
    const { driver } = target as Options
    if (isGuarded(driver, options)) return target
    disconnectOnFailure(DataSource)
    return { ...target, driver: place(target as Options, driver ?? loadPg(), policy) }
  }
  if (target.isInitialized) {
    throw new TypeError('guard(dataSource) must come before dataSource.initialize()')
  }
  const { driver } = target
  const { postgres } = driver
  if (isGuarded(postgres, options)) return target
  // pg has a property `native`; what TypeORM has switched to has none.
  const pg = target.options.driver ?? ('native' in postgres ? postgres : loadPg())
  driver.postgres = place(target.options, pg, policy)
  disconnectOnFailure(target.constructor)
  return target
}

interface Options {
  readonly type?: unknown
  readonly driver?: PgDriver | null
  readonly extra?: { readonly Client?: unknown } | null
}

/** A DataSource as far as it is touched; `postgres` is what its driver makes pools of. */
interface OpenDataSource {
  readonly options: Options
  readonly isInitialized: boolean
  readonly driver: { postgres: PgDriver }
}

const isDataSource = (target: object): target is OpenDataSource =>
  'initialize' in target && typeof target.initialize === 'function' && 'options' in target

/** Judges what the options say, then makes the driver that judges every connection. */
function place(options: Options, driver: PgDriver, policy: Policy): PgDriver {
  const { type, extra } = options
  if (type !== 'postgres' && type !== 'cockroachdb') {
    throw new TypeError(OUT_OF_SCOPE[String(type)] ?? MISUSE)
  }
  const pools = typeOrmPools(options)
  const plans = planTypeOrm(options, process.env, { pgNative: canLoadPgNative() })
  const planned = plans.map((plan, index) => ({
    plan,
    reading: readPg(pools[index]?.config, process.env),
  }))
  refusePlans(planned, policy)
  if (guardsItself(extra?.Client)) throw new TypeError(`extra.Client ${LEAVE_OUT}`)
  if (guardsItself(driver.Client)) throw new TypeError(`driver ${LEAVE_OUT}`)
  return guardedDriver(driver, policy, pools)
}

function isGuarded(driver: unknown, options: PolicyOptions | Policy | undefined): boolean {
  const known = policyOf(driver)
  if (known && options !== undefined && known !== options) throw new TypeError(ALREADY)
  return known !== undefined
}

const guardsItself = (Client: unknown): boolean =>
  typeof Client === 'function' && guardClass(Client as PgDriver['Client']) === Client

const loadPg = (): PgDriver => loadAsTypeOrm('pg') as PgDriver

const LEAVE_OUT = 'is guarded already, under a policy of its own: leave it out'
const ALREADY = 'These options, or this DataSource, are guarded already, with another policy'
const MISUSE = 'guard() takes a DataSource, or DataSource options, of type postgres or cockroachdb'
const OUT_OF_SCOPE: Record<string, string> = {
  'aurora-postgres':
    'type aurora-postgres is not guarded: it is the RDS Data API over HTTPS, not the PostgreSQL protocol. Use type postgres to connect to the cluster itself',
}
