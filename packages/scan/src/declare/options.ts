import type { DriverName } from '@verify-full/core'
import {
  type Declaration,
  type Range,
  type SettingPlace,
  type SourceFile,
  STAND_IN,
} from '../model.js'
import { at, type Tree, textAt } from '../text/tree.js'
import { isOnlyVariables, variablesIn, withStandIns } from '../text/variables.js'
import { declareUrl } from './url.js'

/** How the configuration of a library says that it is for PostgreSQL, and who reads it then. */
interface Evidence {
  readonly key: RegExp
  readonly value: RegExp
  readonly reader: DriverName
  /** The option under which what the driver receives is kept. */
  readonly inner?: string
}

const EVIDENCE: readonly Evidence[] = [
  { key: /^dialect$/, value: /^postgres(?:ql)?$/, reader: 'sequelize', inner: 'dialectOptions' },
  { key: /^client$/, value: /^(?:pg|postgres|postgresql)$/, reader: 'knex', inner: 'connection' },
  { key: /^type$/, value: /^(?:postgres|cockroachdb)$/, reader: 'typeorm', inner: 'extra' },
  // Rails' database.yml.
  { key: /^adapter$/, value: /^(?:postgresql|postgis)$/, reader: 'libpq' },
  { key: /^driver$/, value: /^(?:pg|postgres|postgresql)$/, reader: 'pg' },
]

const URL_OPTION = /^(?:connectionString|ur[il])$/
const SECRET_OPTION = /^(?:user|username|password|passphrase|key)$/i
/** Options that decide about protection: a variable there leaves all undetermined. */
const DECIDING = /(?:^|\.)(?:ssl|sslmode|ssl\.(?!ca$|cert$|key$).+|connectionString|ur[il])$/i

/** What says that a map is handed to a PostgreSQL driver; undefined where nothing does. */
export function declareOptions(tree: Tree, file: SourceFile): Declaration | undefined {
  if (tree.kind !== 'map') return undefined
  const row = EVIDENCE.find(({ key, value }) =>
    tree.entries.some(
      (it) => key.test(it.key) && it.value.kind === 'scalar' && value.test(it.value.value.text),
    ),
  )
  const reader = row?.reader ?? (isPlainOptions(tree) ? 'pg' : undefined)
  // These libraries have no such option: the map is some program's own, and its sslmode is libpq's.
  const ownMode = tree.entries.some(({ key }) => /^ssl_?mode$/i.test(key))
  if (!reader || (ownMode && reader !== 'libpq')) return undefined
  const found: Found = { settings: new Map(), undetermined: [], secrets: [], inner: row?.inner }
  const config = plain(tree, '', found) as Record<string, unknown>
  const inner = row?.inner === 'connection' ? at(tree, 'connection') : tree
  // A library that is told nothing here is told it elsewhere: in code, in the environment.
  const says = ['host', 'replication', 'ssl', 'sslmode', 'connectionString', 'url', 'uri']
  // sequelize-cli takes the URL from that variable.
  const elsewhere = at(tree, 'use_env_variable') !== undefined && at(tree, 'dialectOptions')
  if (elsewhere && !says.some((key) => at(tree, key))) {
    const { settings, undetermined, secrets } = found
    const whole = { settings, undetermined, secrets, partial: true }
    return {
      readers: [reader],
      config: { ...config, host: STAND_IN },
      env: {},
      at: tree.at,
      ...whole,
    }
  }
  if (inner?.kind !== 'map' || !says.some((key) => at(inner, key))) return undefined
  let addition: Declaration['addition']
  const url = inner.entries.find(({ key }) => URL_OPTION.test(key))?.value
  if (url?.kind === 'scalar') {
    const inUrl = declareUrl(url.value, file, { readers: [reader], env: {}, extent: 'all' })
    addition = inUrl?.addition
    for (const [key, place] of inUrl?.settings ?? []) found.settings.set(key, place)
    found.undetermined.push(...(inUrl?.undetermined ?? []))
    found.secrets.push(...(inUrl?.secrets ?? []))
  }
  const { settings, undetermined, secrets } = found
  const shared = { settings, undetermined, secrets, ...(addition ? { addition } : {}) }
  return { readers: [reader], config, env: {}, at: inner.at, ...shared }
}

/** `{ host, port: 5432, ... }` with a user or a database: nobody else listens there. */
function isPlainOptions(tree: Tree): boolean {
  if (textAt(tree, 'port') !== '5432' || textAt(tree, 'host') === undefined) return false
  const names = ['user', 'username', 'database', 'dbname', 'password', 'ssl', 'sslmode']
  return names.some((key) => at(tree, key) !== undefined)
}

interface Found {
  readonly settings: Map<string, SettingPlace>
  readonly undetermined: string[]
  readonly secrets: Range[]
  readonly inner: string | undefined
}

/** The JavaScript value of a tree; the places of its parts are noted under their dotted paths. */
function plain(tree: Tree, path: string, found: Found): unknown {
  if (tree.kind === 'list') return tree.items.map((item) => plain(item, path, found))
  if (tree.kind === 'map') {
    const out: Record<string, unknown> = {}
    for (const { key, value, removal } of tree.entries) {
      const here = path === '' ? key : `${path}.${key}`
      if (value.kind === 'scalar' && SECRET_OPTION.test(key)) found.secrets.push(value.value.at)
      remember(found, here, value, removal)
      const data = plain(value, here, found)
      if (data !== undefined && key !== '__proto__') out[key] = data
    }
    return out
  }
  if (typeof tree.data !== 'string') return tree.data
  const open = variablesIn(tree.data).filter(({ fallback }) => fallback === undefined)
  if (open.length > 0 && DECIDING.test(path) && isOnlyVariables(tree.data)) {
    found.undetermined.push(...open.map(({ name }) => name))
  }
  return /(?:^|\.)port$/.test(path) && open.length > 0 ? undefined : withStandIns(tree.data)
}

function remember(found: Found, path: string, value: Tree, removal: Range | undefined): void {
  const place: SettingPlace = {
    value: value.kind === 'scalar' ? value.value.at : value.at,
    replaceable: value.kind === 'scalar' && value.value.segments.length === 1,
    ...(removal ? { removal } : {}),
  }
  found.settings.set(path, place)
  const prefix = `${found.inner}.`
  if (path.startsWith(prefix)) found.settings.set(path.slice(prefix.length), place)
}
