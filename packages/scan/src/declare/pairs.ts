import type { DriverName, Env } from '@verify-full/core'
import type { Declaration, SettingPlace, SourceFile } from '../model.js'
import { STAND_IN } from '../model.js'
import type { Mapped } from '../text/mapped.js'
import { isOnlyVariables, variablesIn, withStandIns } from '../text/variables.js'
import { type Extent, isExtended } from './addition.js'
import { declareModes } from './modes.js'
import { declareOpenUrl } from './open-url.js'
import { declareWhole } from './strings.js'

/** A name and its value: an environment variable, a key of a map. */
export interface Pair {
  readonly key: string
  readonly value: Mapped
  /** What the value is of what its reader gets. @default 'all' */
  readonly extent?: Extent | 'part'
  /** Who reads it, where that is known. */
  readonly readers?: readonly DriverName[]
}

/** Variables that pg or libpq read. The password's are never taken along. */
const READ_BY_DRIVERS = /^PG(?!PASSWORD|PASSFILE|USER|DATA$)[A-Z]+$/
/** Variables that change every connection of a Node process. */
const AMBIENT = /^(?:NODE_TLS_REJECT_UNAUTHORIZED|NODE_PG_FORCE_NATIVE)$/

/** Names that programs give to a PostgreSQL connection string. */
const URL_KEY =
  /^(?:\w+_)?(?:DATABASE|DB|POSTGRES|POSTGRESQL|PG)_(?:URL|URI|DSN|CONNECTION(?:_STRING)?)$/i
const LIBPQ_AND_PG = ['libpq', 'pg'] as const
const DECIDES = /^PG(?:HOST|HOSTADDR|SSLMODE|SERVICE)$/

/**
 * What a set of variables declares: connection strings, PG* variables, an sslmode under another name. What
 * is inherited is judged where it stands; here it only completes the rest.
 */
export function declarePairs(
  pairs: readonly Pair[],
  file: SourceFile,
  inherited: readonly Pair[] = [],
  parent?: string,
): Declaration[] {
  const own = pairs.filter(({ key }) => READ_BY_DRIVERS.test(key))
  const known = [...inherited.filter(({ key }) => READ_BY_DRIVERS.test(key)), ...own]
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
  // Only libpq and pg read PGSSLMODE.
  const readers = 'PGSSLMODE' in env ? LIBPQ_AND_PG : undefined
  const surroundings = { ...(readers ? { readers } : {}), env: env as Env }
  const strings = pairs.flatMap(({ key, value, extent = 'all', readers }) => {
    if (value.text.length <= 8) return []
    const found = declareWhole(value, file, {
      ...surroundings,
      ...(readers ? { readers } : {}),
      extent: extent === 'part' ? undefined : extent,
    })
    const open = found.length > 0 ? undefined : declareOpenUrl(value, file, surroundings)
    if (open?.settings.has('sslmode')) return [open]
    return isExtended(key, file) ? found.map(({ addition: _, ...rest }) => rest) : found
  })
  const found = strings.map((it) => ({ ...it, settings: new Map([...settings, ...it.settings]) }))
  const [first] = own
  // A string without an sslmode of its own is judged together with PGSSLMODE.
  const judged = strings.some(({ settings: own }) => !own.has('sslmode') && !own.has('ssl'))
  if (first && !judged && (strings.length === 0 || own.some(({ key }) => DECIDES.test(key)))) {
    const host = known.find(({ key }) => key === 'PGHOST' || key === 'PGHOSTADDR')
    found.push({
      readers: LIBPQ_AND_PG,
      config: host || env.PGSERVICE ? {} : { host: STAND_IN },
      env,
      at: (host ?? first).value.at,
      settings,
      ...(host ? {} : { partial: true }),
      undetermined,
    })
  }
  return [
    ...found,
    ...pairs.flatMap(declareAmbient),
    ...pairs.flatMap(declareOpen),
    ...declareModes(pairs, parent),
  ]
}

/** A variable that switches verification off for a whole process. */
function declareAmbient({ key, value }: Pair): Declaration[] {
  if (!AMBIENT.test(key)) return []
  const settings = new Map([[key, { value: value.at, replaceable: false }]])
  const env = { [key]: withStandIns(value.text) }
  const undetermined: string[] = []
  return [
    {
      readers: ['pg'],
      config: { host: STAND_IN },
      env,
      at: value.at,
      settings,
      partial: true,
      undetermined,
    },
  ]
}

/** A connection string that is nothing but a variable: `DATABASE_URL: ${{ secrets.DATABASE_URL }}`. */
function declareOpen({ key, value }: Pair): Declaration[] {
  if (!URL_KEY.test(key) || !isOnlyVariables(value.text)) return []
  const open = variablesIn(value.text).filter(({ fallback }) => fallback === undefined)
  if (open.length === 0) return []
  const undetermined = open.map(({ name }) => name)
  return [{ config: { host: STAND_IN }, env: {}, at: value.at, settings: new Map(), undetermined }]
}
