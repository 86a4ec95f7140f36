import type { Env } from '@verify-full/core'
import type { Declaration, SettingPlace, SourceFile } from '../model.js'
import { STAND_IN } from '../model.js'
import type { Mapped } from '../text/mapped.js'
import { isOnlyVariables, variablesIn, withStandIns } from '../text/variables.js'
import { declareWhole } from './strings.js'

/** A name and its value: an environment variable, a key of a map. */
export interface Pair {
  readonly key: string
  readonly value: Mapped
}

/** Variables that pg or libpq read. The password's are never taken along. */
const READ_BY_DRIVERS =
  /^(?:PG(?!PASSWORD|PASSFILE|USER|DATA$)[A-Z]+|NODE_TLS_REJECT_UNAUTHORIZED|NODE_PG_FORCE_NATIVE)$/
const AMBIENT = ['NODE_TLS_REJECT_UNAUTHORIZED', 'NODE_PG_FORCE_NATIVE']

/**
 * `PGSSLMODE` is libpq's own; these are what programs call theirs. The value must be a libpq word, so that
 * MySQL's `PREFERRED` stays out.
 */
const SSLMODE_KEY =
  /^(?:.*[_.-])?(?:PG|PGSQL|PSQL|POSTGRES|POSTGRESQL|DB|DATABASE|DATASOURCE|RDS|AURORA|SUPABASE|SQL|CONN|CONNECTION)?[_.-]?SSL[_-]?MODE$/i
const OTHER_PROTOCOL =
  /mysql|maria|mongo|redis|kafka|rabbit|amqp|ldap|smtp|mail|http|nginx|ftp|elastic|clickhouse|cassandra|nats|mqtt|oracle|mssql/i
const MODE_WORD = /^(?:disable|allow|prefer|require|verify[_-]?ca|verify[_-]?full|no[_-]verify)$/i

/** What a set of variables declares: connection strings, PG* variables, an sslmode under another name. */
export function declarePairs(pairs: readonly Pair[], file: SourceFile): Declaration[] {
  const known = pairs.filter(({ key }) => READ_BY_DRIVERS.test(key))
  const env: Record<string, string> = {}
  const settings = new Map<string, SettingPlace>()
  const undetermined: string[] = []
  for (const { key, value } of known) {
    const open = variablesIn(value.text).filter(({ fallback }) => fallback === undefined)
    settings.set(key, { value: value.at, replaceable: value.segments.length > 0 })
    if (open.length === 0) env[key] = withStandIns(value.text)
    else if (key === 'PGSSLMODE') undetermined.push(...open.map(({ name }) => name))
    else if (key === 'PGHOST' || key === 'PGHOSTADDR') env[key] = STAND_IN
  }
  const surroundings = { env: env as Env }
  const strings = pairs.flatMap(({ value }) =>
    value.text.length > 8 ? declareWhole(value, file, surroundings) : [],
  )
  const found = strings.map((it) => ({ ...it, settings: new Map([...settings, ...it.settings]) }))
  const first = known[0]
  const named = known.some(({ key }) => /^PG(?:HOST|HOSTADDR|SSLMODE|SERVICE)$/.test(key))
  if (first && (named || (strings.length === 0 && known.length > 0))) {
    const host = known.find(({ key }) => key === 'PGHOST' || key === 'PGHOSTADDR')
    const ambientOnly = known.every(({ key }) => AMBIENT.includes(key))
    found.push({
      ...(ambientOnly ? { readers: ['pg'] } : {}),
      config: host || env.PGSERVICE ? {} : { host: STAND_IN },
      env,
      at: (host ?? first).value.at,
      settings,
      ...(host ? {} : { partial: true }),
      undetermined,
    })
  }
  return [...found, ...pairs.flatMap((pair) => declareMode(pair, pairs, file))]
}

/** An sslmode under a program's own name: `DB_SSLMODE=disable`, `sslmode: prefer`. */
function declareMode(
  { key, value }: Pair,
  pairs: readonly Pair[],
  file: SourceFile,
): Declaration[] {
  if (key === 'PGSSLMODE' || !SSLMODE_KEY.test(key)) return []
  if (OTHER_PROTOCOL.test(key)) return []
  const [variable] = variablesIn(value.text)
  const open = isOnlyVariables(value.text) && variable && variable.fallback === undefined
  const mode = withStandIns(value.text).trim()
  if (!open && !MODE_WORD.test(mode)) return []
  if (
    file.path.length > 0 &&
    pairs.some(
      (it) =>
        /^(?:dialect|type|client|driver|adapter|engine)$/i.test(it.key) &&
        OTHER_PROTOCOL.test(it.value.text),
    )
  )
    return []
  const prefix = key.replace(/ssl[_-]?mode$/i, '')
  const host = pairs.find((it) =>
    new RegExp(`^${quoted(prefix)}(?:host|hostname|server|addr|address)$`, 'i').test(it.key),
  )
  const at = value.at
  return [
    {
      readers: ['libpq'],
      config: {
        host: host ? withStandIns(host.value.text) : STAND_IN,
        ...(open ? {} : { sslmode: mode }),
      },
      env: {},
      at,
      settings: new Map([
        ['sslmode', { value: at, replaceable: value.segments.length === 1 && !variable }],
      ]),
      partial: true,
      undetermined: open ? [variable.name] : [],
    },
  ]
}

const quoted = (text: string): string => text.replace(/[^\w]/g, '\\$&')
