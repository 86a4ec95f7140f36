import type { Env } from '@verify-full/core'
import { declareOpenUrl } from '../../declare/open-url.js'
import { declareUrl } from '../../declare/url.js'
import type { Declaration, ExtractContext, Range, SourceFile } from '../../model.js'
import { STAND_IN } from '../../model.js'
import { literal as mappedLiteral } from '../../text/mapped.js'
import { isOnlyVariables, variablesIn } from '../../text/variables.js'
import { alternatives, type Concrete, concrete } from './concrete.js'
import type { Library } from './libraries.js'
import { entryOf, type Value } from './value.js'

/** Variables that pg itself reads, where a .env file beside the code sets them. */
const READ_BY_PG = ['PGHOST', 'PGPORT', 'PGSSLMODE', 'PGSSLROOTCERT', 'PGSSLNEGOTIATION']

/** Every branch of a configuration as a declaration; `at` is where the library is given it. */
export function declareConfig(
  config: Value,
  library: Library,
  at: Range,
  file: SourceFile,
  context: ExtractContext,
): Declaration[] {
  const env = environment(context)
  return alternatives(config).flatMap((branch): Declaration[] => {
    if (library.isPostgres && !library.isPostgres(branch)) {
      const [open] = KIND_KEYS.flatMap((key) => entryOf(branch, key)?.value ?? [])
      return open && isOpen(open) ? [undetermined([open.name], open.at ?? at, library)] : []
    }
    if (branch.kind === 'literal') return declareString(branch, library, at, file, env)
    if (isOpen(branch)) return [undetermined([branch.name], branch.at ?? at, library)]
    // `new Pool(config)`, and the configuration comes from a package.
    if (/^(?:package|call|module)$/.test(branch.kind)) return [undetermined(['code'], at, library)]
    if (branch.kind !== 'object') return []
    return declareObject(concrete(branch), library, branch.at ?? at, file, env)
  })
}

/** Options that say which database it is: with an open one it may be PostgreSQL. */
const KIND_KEYS = ['type', 'dialect', 'client', 'driver'] as const

const isOpen = (value: Value): value is Extract<Value, { kind: 'variable' | 'unknown' }> =>
  value.kind === 'variable' || value.kind === 'unknown'

const environment = (context: ExtractContext): Env =>
  Object.fromEntries(
    READ_BY_PG.flatMap((key) => {
      const [value] = context.variable(key)
      return value === undefined ? [] : [[key, value]]
    }),
  )

const undetermined = (names: readonly string[], at: Range, { reader }: Library): Declaration => ({
  readers: [reader],
  config: {},
  env: {},
  at,
  settings: new Map(),
  undetermined: names.map((it) =>
    it !== 'code' && /^[\w$.[\]]{1,64}$/.test(it) ? it : 'an expression',
  ),
})

function declareString(
  value: Extract<Value, { kind: 'literal' }>,
  library: Library,
  at: Range,
  file: SourceFile,
  env: Env,
): Declaration[] {
  if (typeof value.data !== 'string') return []
  const mapped = value.mapped ?? { text: value.data, at: value.at ?? at, segments: [] }
  // What is written elsewhere may be put into longer strings, too.
  const extent = isWithin(mapped.at, at) ? ('all' as const) : undefined
  const surroundings = { readers: [library.reader], env }
  if (isOnlyVariables(mapped.text)) {
    return [
      undetermined(
        variablesIn(mapped.text).map(({ name }) => name),
        mapped.at,
        library,
      ),
    ]
  }
  const declared = declareUrl(mapped, file, { ...surroundings, extent })
  if (declared) return [value.written === undefined ? declared : ofFile(value.written, declared)]
  const [open] = variablesIn(mapped.text)
  if (open?.index === 0) {
    const known = declareOpenUrl(mapped, file, surroundings)
    return [known ?? undetermined([open.name], mapped.at, library)]
  }
  const settings = new Map()
  return [
    {
      ...surroundings,
      config: value.data,
      at: mapped.at,
      settings,
      undetermined: [],
      secrets: [mapped.at],
    },
  ]
}

/** What another file says, which this one refers to. */
const ofFile = (written: string, { settings, ...rest }: Declaration): Declaration => ({
  ...rest,
  written,
  settings: new Map([...settings].map(([key, place]) => [key, { ...place, written }])),
})

function declareObject(
  found: Concrete,
  library: Library,
  at: Range,
  file: SourceFile,
  env: Env,
): Declaration[] {
  const { data, settings, urls, secrets } = found
  const open = [...found.undetermined]
  const unknownUrls: { name: string; at: Range }[] = []
  let addition: Declaration['addition']
  for (const [path, value] of urls) {
    if (value.kind === 'literal') {
      const declared = declareString(value, library, at, file, env)[0]
      for (const [key, place] of declared?.settings ?? []) settings.set(key, place)
      addition = urls.size === 1 ? declared?.addition : undefined
      for (const range of declared?.secrets ?? []) secrets.push(range)
      if (declared && declared.undetermined.length > 0) {
        unknownUrls.push({ name: declared.undetermined.join(', '), at: declared.at })
        assign(data, path, UNKNOWN_URL)
      } else if (declared) assign(data, path, declared.config)
    } else if (value.kind !== 'object') {
      const name = 'name' in value && value.kind !== 'package' ? value.name : 'code'
      unknownUrls.push({ name, at: ('at' in value && value.at) || at })
      assign(data, path, UNKNOWN_URL)
    }
  }
  const declarations: Declaration[] = []
  const names = [...open, ...unknownUrls.map(({ name }) => name)]
  const emptyPg = library.reader === 'pg' && Object.keys(data).length === 0 && names.length === 0
  if (emptyPg && !env.PGSSLMODE) return [undetermined(['PGSSLMODE'], at, library)]
  for (const url of unknownUrls) declarations.push(undetermined([url.name], url.at, library))
  if (open.length > 0) declarations.push(undetermined(open, at, library))
  if (names.length === 0 || [...settings.keys()].some((key) => /ssl/i.test(key))) {
    declarations.push({
      readers: [library.reader],
      config: data,
      env,
      at,
      settings: withoutPrefixes(settings),
      undetermined: [],
      secrets,
      ...(addition ? { addition } : {}),
      ...(names.length === 0 ? {} : { partial: true }),
    })
  }
  return declarations
}

const isWithin = (inner: Range, outer: Range): boolean =>
  inner.offset >= outer.offset && inner.offset + inner.length <= outer.offset + outer.length

/** Stands for a string that is known only at run time, beside options that are written. */
// verify-full-ignore-next-line sslmode-missing -- stands for a string that is known only at run time
const UNKNOWN_URL = `postgresql://${STAND_IN}/`

/** Readers name an option from the root, or from the object that they hand on to pg. */
function withoutPrefixes(settings: Declaration['settings']): Declaration['settings'] {
  const all = new Map(settings)
  for (const [key, place] of settings) {
    const inner = key.replace(/^(?:connection|extra|dialectOptions|driverOptions)\./, '')
    if (!all.has(inner)) all.set(inner, place)
  }
  return all
}

/** Sets `replication.slaves[0].url` in nested data. */
function assign(data: Record<string, unknown>, path: string, value: unknown): void {
  const steps = path.split(/[.[\]]+/).filter((it) => it !== '')
  let at: Record<string, unknown> | undefined = data
  for (const step of steps.slice(0, -1)) at = at?.[step] as Record<string, unknown> | undefined
  const last = steps.at(-1)
  if (at && last !== undefined) at[last] = value
}

/** The place of a whole file's beginning, for what has no better one. */
export const wholeOf = (file: SourceFile): Range => mappedLiteral(file, 0, 0).at
