import { isBuiltin } from 'node:module'
import type { Range, SettingPlace } from '../../model.js'
import { STAND_IN } from '../../model.js'
import { variablesIn, withStandIns } from '../../text/variables.js'
import type { Entry, Value } from './value.js'

/** One branch of a configuration, as the library would get it. */
export interface Concrete {
  readonly data: Record<string, unknown>
  readonly settings: Map<string, SettingPlace>
  /** Names of what decides about protection and is known only at run time. */
  readonly undetermined: string[]
  /** Strings that connections are made from: the path of each, and its value. */
  readonly urls: Map<string, Value>
  readonly secrets: Range[]
}

const MOST = 12
/** Options that have to do with who is dialled and how. The others (entities, pool sizes) are left out. */
const RELEVANT =
  /ssl|tls|host|port|conn|ur[il]|dsn|dialect|client|type|extra|driver|repl|master|slave|read|write|native|stream|socket|service|^ca|cert|reject|verify|server|mode|database|user|pass|credentials|name/i
const URL_KEY = /^(?:connectionString|connectionUri|clientUrl|url|uri)$/
/** What the protection does not depend on. */
const NEUTRAL = /^(?:user|username|password|database|dbName|dbname|name|schema|port|service_name)$/i
/** Inside `ssl`: unknown contents of these change nothing about the verdict. */
const MATERIAL: Readonly<Record<string, string>> = {
  ca: '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n',
  cert: '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n',
  crl: '-----BEGIN X509 CRL-----\nAA==\n-----END X509 CRL-----\n',
  key: 'a key that is read at run time',
  passphrase: 'a passphrase that is read at run time',
}

/** Every combination of branches, as far as they differ in what is relevant. */
export function alternatives(value: Value, depth = 0, top = true): Value[] {
  if (depth > 12) return [value]
  if (value.kind === 'choice') {
    return value.branches.flatMap((it) => alternatives(it, depth + 1, top)).slice(0, MOST)
  }
  if (value.kind === 'array') {
    return product(value.items.map((it) => alternatives(it, depth + 1, false))).map((items) => ({
      ...value,
      items,
    }))
  }
  if (value.kind !== 'object') return [value]
  const relevant = value.entries.filter(
    ({ key }) => key === undefined || !top || RELEVANT.test(key),
  )
  const rows = product(
    relevant.map((entry) =>
      alternatives(entry.value, depth + 1, entry.key === undefined && top).map(
        (it): Entry => ({ ...entry, value: it }),
      ),
    ),
  )
  return rows.map((entries) => ({ ...value, entries: entries.flatMap(flatten) }))
}

/** A spread whose branch is known by now. */
function flatten(entry: Entry): readonly Entry[] {
  if (entry.key !== undefined) return [entry]
  if (entry.value.kind === 'object') return entry.value.entries
  return entry.value.kind === 'literal' ? [] : [entry]
}

function product<T>(columns: readonly (readonly T[])[]): T[][] {
  let rows: T[][] = [[]]
  for (const column of columns) {
    if (column.length === 1) for (const row of rows) row.push(column[0] as T)
    else rows = rows.flatMap((row) => column.map((it) => [...row, it])).slice(0, MOST)
  }
  return rows
}

/** Turns one branch of an options object into the object, with the places of its settings. */
export function concrete(value: Value): Concrete {
  const found: Concrete = {
    data: {},
    settings: new Map(),
    undetermined: [],
    urls: new Map(),
    secrets: [],
  }
  if (value.kind === 'object') Object.assign(found.data, fill(value, '', found, 0, value.at))
  return found
}

function fill(
  value: Extract<Value, { kind: 'object' }>,
  prefix: string,
  found: Concrete,
  depth: number,
  around: Range | undefined,
): Record<string, unknown> {
  const data: Record<string, unknown> = {}
  const last = new Map(value.entries.map((it, index) => [it.key, index]))
  for (const [index, entry] of value.entries.entries()) {
    const { key } = entry
    if (key === undefined) {
      // What is written behind a spread cannot be replaced by it.
      const decided = value.entries.slice(index + 1).some((it) => it.key === 'ssl')
      if (!decided && 'name' in entry.value) found.undetermined.push(entry.value.name)
      continue
    }
    if (last.get(key) !== index || key === '__proto__' || depth > 12) continue
    const path = prefix === '' ? key : `${prefix}.${key}`
    const read = convert(entry.value, key, path, found, depth, placeOf(entry.value) ?? around)
    if (read === SKIPPED) continue
    data[key] = read
    place(entry, path, found, around)
  }
  return data
}

const SKIPPED = Symbol('skipped')

function convert(
  value: Value,
  key: string,
  path: string,
  found: Concrete,
  depth: number,
  around: Range | undefined,
): unknown {
  switch (value.kind) {
    case 'literal': {
      if (typeof value.data !== 'string') return value.data
      if (URL_KEY.test(key) || isConnectionOfKnex(path)) found.urls.set(path, value)
      else if (/^ssl(?:$|mode$)|\.ssl(?:$|\.(?!ca$|cert$|key$))/.test(path)) {
        const open = variablesIn(value.data).filter(({ fallback }) => fallback === undefined)
        found.undetermined.push(...open.map(({ name }) => name))
        if (open.length > 0) return SKIPPED
      }
      return withStandIns(value.data)
    }
    case 'object':
      return fill(value, path, found, depth + 1, around)
    case 'array':
      return value.items.map((it, index) => {
        const inner = `${path}[${index}]`
        const read = convert(it, key, inner, found, depth + 1, placeOf(it) ?? around)
        place({ key, value: it }, inner, found, around)
        return read === SKIPPED ? undefined : read
      })
    case 'function':
      // `ssl: () => ...` is not read; a replaced identity check is.
      return /password|^connection$/.test(key) ? SKIPPED : () => undefined
    case 'variable':
    case 'unknown':
      return notKnown(value.name, value, key, path, found)
    case 'call':
      // `stream: new Duplex()`, `Client: guarded`: there, but nothing to read.
      return /^(?:stream|connection|driver|Client|pool|connectionPool)$/.test(key)
        ? {}
        : notKnown('code', value, key, path, found)
    default:
      // `tls.checkServerIdentity`, `constants.SSL_OP_NO_TICKET`: what Node has verifies.
      return value.kind === 'package' && isBuiltin(value.source)
        ? SKIPPED
        : notKnown('code', value, key, path, found)
  }
}

function notKnown(name: string, value: Value, key: string, path: string, found: Concrete): unknown {
  const inSsl = /(?:^|\.)ssl\./.test(path)
  if (inSsl && Object.hasOwn(MATERIAL, key)) return MATERIAL[key]
  if (URL_KEY.test(key) || isConnectionOfKnex(path)) {
    found.urls.set(path, value)
    return SKIPPED
  }
  if (/^host(?:addr|name)?$/.test(key)) return STAND_IN
  if (NEUTRAL.test(key)) return key === 'port' ? SKIPPED : STAND_IN
  if (/^(?:dialect|client|type|driver|Client|entities|synchronize|pool)$/.test(key)) return SKIPPED
  if (inSsl || DECISIVE.test(key)) found.undetermined.push(name === 'code' ? key : name)
  return SKIPPED
}

const DECISIVE =
  /ssl|tls|reject|verify|^(?:connection|extra|dialectOptions|driverOptions|replication|master|slaves|read|write|replicas|native|stream|servername)$/i

const isConnectionOfKnex = (path: string): boolean => path === 'connection'

/** What comes from another file has the place where this one refers to it. */
function place(
  { value, removal }: Entry,
  path: string,
  { settings, secrets }: Concrete,
  around: Range | undefined,
): void {
  const own = placeOf(value)
  const at = own ?? around
  if (!at) return
  // Of a variable that another file reads nothing stands here.
  const named = value.kind === 'variable' || value.kind === 'unknown'
  if (/pass|user|secret|token/i.test(path) && (own || !named)) secrets.push(at)
  const replaceable = value.kind === 'literal' && value.mapped?.segments.length === 1
  const written = value.kind === 'literal' && value.written ? { written: value.written } : {}
  settings.set(path, { value: at, replaceable, ...written, ...(removal ? { removal } : {}) })
}

const placeOf = (value: Value): Range | undefined =>
  value.kind === 'literal' && value.mapped ? value.mapped.at : 'at' in value ? value.at : undefined
