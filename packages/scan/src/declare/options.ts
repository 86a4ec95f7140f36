import type { DriverName } from '@verify-full/core'
import type { Declaration, Range, SettingPlace, SourceFile } from '../model.js'
import { STAND_IN } from '../model.js'
import { type Tree, textAt } from '../text/tree.js'
import { isOnlyVariables, variablesIn, withStandIns } from '../text/variables.js'
import { declareUrl } from './url.js'

/** How a library's configuration file says that it is for PostgreSQL, and who reads it then. */
interface Evidence {
  readonly key: RegExp
  readonly value: RegExp
  readonly readers: readonly DriverName[]
  /** The path to what the driver itself receives. */
  readonly options?: readonly string[]
  /** The option under which the library keeps the driver's `ssl`. */
  readonly ssl?: readonly string[]
}

/** Sequelize hands `dialectOptions` to pg; knex `connection`; Rails' database.yml goes to libpq. */
const EVIDENCE: readonly Evidence[] = [
  { key: /^dialect$/, value: /^postgres(?:ql)?$/, readers: ['pg'], ssl: ['dialectOptions'] },
  {
    key: /^client$/,
    value: /^(?:pg|postgres|postgresql|pgnative)$/,
    readers: ['pg'],
    options: ['connection'],
  },
  { key: /^type$/, value: /^(?:postgres|cockroachdb)$/, readers: ['pg'] },
  { key: /^adapter$/, value: /^(?:postgresql|postgis)$/, readers: ['libpq'] },
  { key: /^driver$/, value: /^(?:pg|postgres|postgresql)$/, readers: ['pg'] },
]

const URL_OPTION = /^(?:connectionString|ur[il])$/

/** Options that a driver reads from a map; the others (user, password, pool) are left behind. */
export const READ_OPTION: RegExp =
  /^(?:host|hostaddr|port|connectionString|url|uri|ssl|sslmode|ssl_?mode|sslMode|sslrootcert|sslnegotiation|sslcert|sslkey|sslcrl|service|channel_binding|native)$/

/** A map of options for a PostgreSQL driver; undefined where nothing says that it is one. */
export function declareOptions(tree: Tree, file: SourceFile): Declaration | undefined {
  if (tree.kind !== 'map') return undefined
  const row = EVIDENCE.find(({ key, value }) =>
    tree.entries.some(
      (it) => key.test(it.key) && it.value.kind === 'scalar' && value.test(it.value.value.text),
    ),
  )
  const readers = row?.readers ?? (isPlainOptions(tree) ? ['pg' as const] : undefined)
  if (!readers) return undefined
  const inner =
    row?.options?.reduce<Tree | undefined>((here, key) => child(here, key), tree) ?? tree
  const outer = row?.ssl?.reduce<Tree | undefined>((here, key) => child(here, key), tree)
  const collected = collect(inner, readers[0] === 'libpq')
  if (outer) {
    const more = collect(outer, false)
    Object.assign(collected.config, more.config)
    for (const [key, place] of more.settings) collected.settings.set(key, place)
    collected.undetermined.push(...more.undetermined)
  }
  if (inner.kind === 'scalar') return undefined
  const { config, settings, undetermined } = collected
  const url =
    inner.kind === 'map' ? inner.entries.find(({ key }) => URL_OPTION.test(key))?.value : undefined
  if (url?.kind === 'scalar' && readers[0] !== 'libpq') {
    const inUrl = declareUrl(url.value, file, { env: {} })
    for (const [key, place] of inUrl?.settings ?? []) settings.set(key, place)
    undetermined.push(...(inUrl?.undetermined ?? []))
    if (inUrl) config.connectionString = inUrl.config
  }
  const named = ['host', 'connectionString', 'ssl', 'sslmode'].some((key) => key in config)
  if (!named) return undefined
  if (!('host' in config) && !('connectionString' in config)) config.host = STAND_IN
  return { readers, config, env: {}, at: inner.at, settings, undetermined }
}

const child = (tree: Tree | undefined, key: string): Tree | undefined =>
  tree?.kind === 'map' ? tree.entries.find((entry) => entry.key === key)?.value : undefined

/** `{ host, port: 5432, ... }` with a user or a database: nobody else listens there. */
function isPlainOptions(tree: Tree): boolean {
  if (textAt(tree, 'port') !== '5432') return false
  const names = ['user', 'username', 'database', 'dbname', 'password', 'ssl', 'sslmode']
  return textAt(tree, 'host') !== undefined && names.some((key) => child(tree, key) !== undefined)
}

interface Collected {
  readonly config: Record<string, unknown>
  readonly settings: Map<string, SettingPlace>
  readonly undetermined: string[]
}

function collect(tree: Tree, libpq: boolean): Collected {
  const [config, settings, undetermined]: [
    Record<string, unknown>,
    Map<string, SettingPlace>,
    string[],
  ] = [{}, new Map(), []]
  if (tree.kind !== 'map') return { config, settings, undetermined }
  for (const { key: written, value, removal } of tree.entries) {
    if (!READ_OPTION.test(written)) continue
    const key = !libpq && /^ur[il]$/.test(written) ? 'connectionString' : written
    if (
      value.kind === 'scalar' &&
      typeof value.data === 'string' &&
      variablesIn(value.data).length > 0
    ) {
      const open = variablesIn(value.data).filter(({ fallback }) => fallback === undefined)
      if (/^ssl/i.test(key) || (key === 'connectionString' && isOnlyVariables(value.data))) {
        undetermined.push(...open.map(({ name }) => name))
        if (open.length > 0) continue
      }
      if (key !== 'port') config[key] = withStandIns(value.data)
    } else if (value.kind !== 'scalar' || key !== 'connectionString' || value.data) {
      config[key] = plain(value, key, settings, undetermined)
    }
    remember(settings, key, value, removal)
  }
  return { config, settings, undetermined }
}

/** The JavaScript value of a tree, the places of its parts noted under their dotted paths. */
function plain(
  tree: Tree,
  path: string,
  settings: Map<string, SettingPlace>,
  undetermined: string[],
): unknown {
  if (tree.kind === 'scalar') {
    const open =
      typeof tree.data === 'string' && /^ssl\.(?!ca$|cert$|key$)/.test(path)
        ? variablesIn(tree.data)
        : []
    undetermined.push(
      ...open.filter(({ fallback }) => fallback === undefined).map(({ name }) => name),
    )
    return tree.data
  }
  if (tree.kind === 'list')
    return tree.items.map((item) => plain(item, path, settings, undetermined))
  const out: Record<string, unknown> = { __proto__: null }
  for (const { key, value, removal } of tree.entries) {
    remember(settings, `${path}.${key}`, value, removal)
    out[key] = plain(value, `${path}.${key}`, settings, undetermined)
  }
  return { ...out }
}

function remember(
  settings: Map<string, SettingPlace>,
  key: string,
  value: Tree,
  removal: Range | undefined,
): void {
  const at = value.kind === 'scalar' ? value.value.at : value.at
  const replaceable = value.kind === 'scalar' && value.value.segments.length === 1
  settings.set(key, { value: at, replaceable, ...(removal ? { removal } : {}) })
}
