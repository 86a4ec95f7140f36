import { type Declaration, STAND_IN } from '../model.js'
import { isOnlyVariables, variablesIn, withStandIns } from '../text/variables.js'
import type { Pair } from './pairs.js'

/**
 * `PGSSLMODE` is libpq's own; these are what programs call theirs. The value must be a libpq word, so that
 * MySQL's `PREFERRED` stays out.
 */
const SSLMODE_KEY =
  /^(.*[_.-])?(PG|PGSQL|PSQL|POSTGRES|POSTGRESQL|DB|DATABASE|DATASOURCE|RDS|AURORA|SUPABASE|SQL|CONN|CONNECTION)?([_.-]?)SSL[_-]?MODE$/i
const MODE_WORD = /^(?:disable|allow|prefer|require|verify[_-]?ca|verify[_-]?full|no[_-]verify)$/i
const OTHER_PROTOCOL =
  /mysql|maria|mongo|redis|kafka|rabbit|amqp|ldap|smtp|mail|http|nginx|ftp|elastic|clickhouse|cassandra|nats|mqtt|oracle|mssql|sqlserver|sqlite|imap|pop3|memcache|etcd/i
const KIND_KEY = /^(?:dialect|type|client|driver|adapter|engine|scheme|protocol)$/i

/** Sslmodes under a program's own name: `DB_SSLMODE=disable`, `sslmode: prefer`; not those of `smtp: { ... }`. */
export function declareModes(pairs: readonly Pair[], parent = ''): Declaration[] {
  if (!pairs.some(({ key }) => SSLMODE_KEY.test(key)) || OTHER_PROTOCOL.test(parent)) return []
  if (pairs.some((it) => KIND_KEY.test(it.key) && OTHER_PROTOCOL.test(it.value.text))) return []
  const byKey = new Map(pairs.map((pair) => [pair.key.toLowerCase(), pair.value.text]))
  return pairs.flatMap(({ key, value }): Declaration[] => {
    const name = SSLMODE_KEY.exec(key)
    if (!name || key === 'PGSSLMODE' || OTHER_PROTOCOL.test(key)) return []
    const [variable] = variablesIn(value.text)
    const open = isOnlyVariables(value.text) && variable?.fallback === undefined
    const mode = withStandIns(value.text).trim()
    if (!open && !MODE_WORD.test(mode)) return []
    const prefix = name.slice(1).join('').toLowerCase()
    const host = ['host', 'hostname', 'server', 'addr', 'address']
      .map((it) => byKey.get(prefix + it))
      .find((it) => it !== undefined)
    const replaceable = value.segments.length === 1 && !variable
    return [
      {
        readers: ['libpq'],
        config: {
          host: host ? withStandIns(host) : STAND_IN,
          ...(open ? {} : { sslmode: mode }),
        },
        env: {},
        at: value.at,
        settings: new Map([['sslmode', { value: value.at, replaceable }]]),
        partial: true,
        undetermined: open && variable ? [variable.name] : [],
      },
    ]
  })
}
