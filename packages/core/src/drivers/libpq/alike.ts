import { isKeyword } from '../../conninfo/keywords.js'
import { refuse } from '../../conninfo/setting.js'
import { uriPrefixLength } from '../../conninfo/uri.js'
import type { Plan } from '../../model.js'
import type { Env } from '../pg/options.js'
import { hasStrayAt } from '../pg/url-remarks.js'
import { planLibpq } from './plan.js'

/**
 * What pgx 5 would do (pgconn/config.go): libpq's attempts, variables and `sslrootcert`, so it is
 * planned for as libpq. Parameters that libpq does not know become settings of the session.
 *
 * @throws ConnInfoError where the string cannot be read.
 * @see https://pkg.go.dev/github.com/jackc/pgx/v5/pgconn#ParseConfig
 * @example
 * import { planPgx } from '@verify-full/core/offline'
 *
 * export const [plan] = planPgx('postgres://db.example.com/app?sslmode=allow&pool_max_conns=4', {})
 */
export const planPgx = (conninfo: string, env: Env): [Plan, ...Plan[]] =>
  planAs('pgx', withoutUnknown(conninfo), env)

/**
 * What asyncpg 0.31 would do (connect_utils.py): libpq's attempts, from a URI only. `verify_full` is
 * understood too, `sslrootcert=system` is a file name, and verify-ca and verify-full without a root file
 * fail instead of falling back.
 *
 * @throws ConnInfoError where the string cannot be read.
 * @see https://magicstack.github.io/asyncpg/current/api/index.html#asyncpg.connection.connect
 * @example
 * import { planAsyncpg } from '@verify-full/core/offline'
 *
 * export const [plan] = planAsyncpg('postgresql://db.example.com/app?sslmode=verify_full', {})
 */
export function planAsyncpg(dsn: string, env: Env): [Plan, ...Plan[]] {
  if (uriPrefixLength(dsn) === 0) refuse('asyncpg reads URIs only: postgresql://', 0)
  const spelt = withoutUnknown(dsn).replace(/([?&]sslmode=)verify_(ca|full)(?=&|$)/g, '$1verify-$2')
  const mode = env.PGSSLMODE?.replace('_', '-')
  return planAs('asyncpg', spelt, { ...env, PGSSLMODE: mode }, 15)
}

function planAs(
  driver: 'pgx' | 'asyncpg',
  conninfo: string,
  env: Env,
  version: 15 | 18 = 18,
): [Plan, ...Plan[]] {
  const socketDirectory = '/var/run/postgresql'
  const [first, ...rest] = planLibpq({ conninfo, version, socketDirectory }, env)
  const named = (plan: Plan): Plan => ({ ...plan, driver })
  return [named(first), ...rest.map(named)]
}

/** A URI without the parameters that libpq would refuse. */
function withoutUnknown(conninfo: string): string {
  const query = uriPrefixLength(conninfo) === 0 ? -1 : conninfo.indexOf('?')
  if (query < 0) return conninfo
  const parts = conninfo.slice(query + 1).split('&')
  const keys = parts.map((part) => part.split('=')[0] ?? '')
  // A ? in a password: what follows it are no parameters.
  if (hasStrayAt(new URLSearchParams(conninfo.slice(query + 1)))) return conninfo
  const kept = parts.filter((_, index) => keys[index] !== 'ssl' && isKeyword(keys[index] ?? ''))
  return kept.length === 0
    ? conninfo.slice(0, query)
    : `${conninfo.slice(0, query)}?${kept.join('&')}`
}
