import type { DriverName } from '@verify-full/core'
import type { Declaration, Range, SettingPlace, SourceFile } from '../model.js'
import { type Mapped, place, placesOf, slice } from '../text/mapped.js'
import { variablesIn, withStandInPort, withStandIns } from '../text/variables.js'
import { addToUrl, type Surroundings } from './addition.js'
import { parameters } from './parameters.js'

const LIBPQ: readonly DriverName[] = ['libpq']

/** SQLAlchemy's `postgresql+driver://`. */
const DIALECTS: Readonly<Record<string, readonly DriverName[]>> = {
  psycopg: LIBPQ,
  psycopg2: LIBPQ,
  psycopg2cffi: LIBPQ,
  psycopg_async: LIBPQ,
  pygresql: LIBPQ,
  asyncpg: ['asyncpg'],
}

export const URL_SCHEME: RegExp = /(?:postgres(?:ql)?|postgis|psql|pgsql)(?:\+[a-z0-9_]+)?:\/\//i
const WHOLE_SCHEME = new RegExp(`^${URL_SCHEME.source}`, 'i')

/** Parameters whose value decides about protection: a variable there leaves all undetermined. */
const DECIDING = /^(?:ssl|ssl_?mode|uselibpqcompat|ssl_?negotiation|gssencmode)$/i

/** Hosts that a document leaves for somebody to write: `<host>`, `db.[project].example.com`, `HOST`, `host:port`. */
const PLACEHOLDER = /<[A-Za-z_][\w -]*>|\[[A-Za-z_][\w -]*\]|^_*[A-Z][A-Z_]+(?:$|[:,])|:port$/

/** A connection URL as a declaration; undefined where nothing but a scheme is written. */
export function declareUrl(
  value: Mapped,
  file: SourceFile,
  surroundings: Surroundings,
): Declaration | undefined {
  const { text } = value
  const scheme = WHOLE_SCHEME.exec(text)?.[0] ?? ''
  const covered = new Uint8Array(text.length)
  for (const { index, length } of variablesIn(text)) covered.fill(1, index, index + length)
  const inVariable = (at: number) => covered[at] === 1
  let mark = text.indexOf('?')
  while (mark >= 0 && inVariable(mark)) mark = text.indexOf('?', mark + 1)
  const end = mark < 0 ? text.length : mark
  if (!scheme || !/[\w[/$%{<@]/.test(text[scheme.length] ?? '')) return undefined
  if (/^\.+(?:$|[/?])/.test(text.slice(scheme.length))) return undefined

  const readers = DIALECTS[/\+(\w+)/.exec(scheme)?.[1] ?? ''] ?? surroundings.readers
  const sqlAlchemy = /\+asyncpg:/i.test(scheme)
  const head = text.slice(scheme.length, end)
  const undetermined = unknownParts(head)
  const settings = new Map<string, SettingPlace>()
  const query: string[] = []
  for (const it of parameters(text, end + 1, inVariable)) {
    const raw = text.slice(it.valueAt, it.valueAt + it.valueLength)
    const open = variablesIn(raw).filter(({ fallback }) => fallback === undefined)
    if (it.key === undefined || (DECIDING.test(it.key) && open.length > 0)) {
      undetermined.push(
        ...(open.length > 0 ? open : variablesIn(it.written)).map(({ name }) => name),
      )
      if (it.key === undefined && variablesIn(it.written).length === 0) query.push(it.written)
      continue
    }
    // SQLAlchemy hands asyncpg its `ssl` argument, which takes libpq's modes.
    const key = sqlAlchemy && it.key === 'ssl' ? 'sslmode' : it.key
    query.push(`${key}=${withStandIns(raw)}`)
    const setting = settingPlace(value, it, file)
    if (setting) settings.set(key, setting)
  }
  const at = head.lastIndexOf('@')
  const [authority = ''] = head.slice(at + 1).split('/')
  const addition = sqlAlchemy ? undefined : addToUrl(value, file, { ...surroundings, readers })
  return {
    ...(readers ? { readers } : {}),
    ...(PLACEHOLDER.test(authority) ? { local: 'a placeholder' } : {}),
    config: `${scheme.startsWith('postgres:') ? 'postgres' : 'postgresql'}://${standInHead(head)}${query.length > 0 ? `?${query.join('&')}` : ''}`,
    env: surroundings.env,
    at: value.at,
    settings,
    undetermined,
    ...(addition ? { addition } : {}),
    secrets: at > 0 ? placesOf(value, scheme.length, scheme.length + at, file) : [],
  }
}

function settingPlace(
  value: Mapped,
  it: { valueAt: number; valueLength: number; at: number; length: number },
  file: SourceFile,
): SettingPlace | undefined {
  const exact = place(value, it.valueAt, it.valueLength, file)
  const whole: Range = exact ?? slice(value, it.valueAt, it.valueAt + it.valueLength, file).at
  const removal = place(value, it.at, it.length, file)
  return { value: whole, replaceable: exact !== undefined, ...(removal ? { removal } : {}) }
}

/** Variables that may hold more than a host or a name: the end of `.../app${DB_OPTIONS}`, all of it. */
function unknownParts(head: string): string[] {
  const last = variablesIn(head).at(-1)
  if (!last || last.fallback !== undefined || last.index + last.length < head.length) return []
  const before = head[last.index - 1]
  return before === undefined || /[\w)}\]]/.test(before) ? [last.name] : []
}

/** User, password, host and database known only at run time become stand-ins, a port the default one. */
function standInHead(head: string): string {
  const at = head.lastIndexOf('@') + 1
  const authority = withStandInPort(head.slice(at))
  return withStandIns(head.slice(0, at)).replace(/\s/g, '%20') + authority
}
