import { declareStrings, declareText } from '../../declare/strings.js'
import type {
  Declaration,
  ExtractContext,
  Extracted,
  Extractor,
  Range,
  SourceFile,
} from '../../model.js'
import { decoded } from '../../text/mapped.js'
import { declareAmbient, declareDefaults, findPatchedIdentity } from './ambient.js'
import { CHANGED_URL, returnsOf } from './calls.js'
import { declareConfig, wholeOf } from './declare.js'
import { evaluate } from './evaluate.js'
import {
  CONFIG_FILES,
  LIBRARY_IN_TEXT,
  LIBRARY_SOURCES,
  type Library,
  libraryOf,
} from './libraries.js'
import { commonExport, DEEPEST, exportOf, type Module, parsed, type Reading } from './modules.js'
import { bare, child, children, type Node, nameOf, parentOf } from './syntax.js'
import { declareTyped } from './typed.js'
import { entryOf, mapBranches, type Value } from './value.js'

/** What else than a library makes the syntax of a file worth looking at. */
const AMBIENT = /NODE_TLS_REJECT_UNAUTHORIZED|checkServerIdentity/
/** More work than this for one file is not done. */
const MOST_WORK = 400_000

/** JavaScript, TypeScript and JSX: what is handed to the libraries that connect to PostgreSQL. */
export const javascript: Extractor = {
  name: 'javascript',
  files: /(?<!\.d(?=\.[cm]?ts$))\.[cm]?[jt]sx?$/,
  extract: (file, context) => {
    const configFiles = CONFIG_FILES.filter((it) => it.file.test(file.path))
    if (configFiles.length === 0 && !LIBRARY_IN_TEXT.test(file.text) && !AMBIENT.test(file.text)) {
      return { declarations: declareText(file).filter(({ at }) => !isBaseInText(file, at)) }
    }
    const module = parsed(file, context)
    if (typeof module === 'string') return { declarations: declareText(file), incomplete: module }
    const libraries = configFiles.map(({ library }) => library)
    return read(file, module, context, libraries)
  },
}

function read(
  file: SourceFile,
  module: Module,
  context: ExtractContext,
  libraries: readonly Library[],
): Extracted {
  const reading: Reading = {
    home: file.path,
    context,
    modules: new Map([[file.path, module]]),
    specifiers: new Map(),
    known: new Map(),
    underWay: new Map(),
    cycles: new Set(),
    steps: 0,
    cuts: 0,
  }
  let work = 0
  /** Every question has a budget of its own, and all of them one together. */
  const ask = <T>(question: () => T): T | undefined => {
    work += reading.steps
    reading.steps = 0
    return work > MOST_WORK ? undefined : question()
  }
  const declarations: Declaration[] = []
  for (const type of ['NewExpression', 'CallExpression', 'OptionalCallExpression']) {
    for (const node of module.syntax.byType.get(type) ?? []) {
      const found = ask(() => sinkOf(node, module, reading))
      if (!found) continue
      const { config, sink } = found
      const [first] = children(node, 'arguments')
      const at = first ?? node
      const range = file.range(at.start, at.end - at.start)
      declarations.push(...declareConfig(config, sink, range, file, context))
    }
  }
  const exported = libraries.length > 0 ? ask(() => exportedBy(module, reading)) : undefined
  for (const config of exported ? environments(exported) : []) {
    for (const library of libraries) {
      const inner = library.config([config])
      if (inner) declarations.push(...declareConfig(inner, library, wholeOf(file), file, context))
    }
  }
  declarations.push(...(ask(() => declareTyped(module, reading, context)) ?? []))
  declarations.push(...(ask(() => declareAmbient(module, reading)) ?? []))
  declarations.push(...(ask(() => declareDefaults(module, reading, context)) ?? []))
  const findings = ask(() => findPatchedIdentity(module, reading)) ?? []
  return { declarations: [...declarations, ...loose(module, declarations)], findings }
}

/** A call or `new` of a library, and what it is given. */
function sinkOf(
  node: Node,
  module: Module,
  reading: Reading,
): { config: Value; sink: Library } | undefined {
  const written = bare(child(node, 'callee'))
  const callee = written?.type === 'Super' ? superClassAround(node) : written
  if (!callee || !CALLABLE.test(callee.type) || !leadsToLibrary(callee, module, reading)) {
    return undefined
  }
  const sink = libraryOf(evaluate(callee, module, reading))
  if (!sink) return undefined
  const args = children(node, 'arguments').map((it) => evaluate(it, module, reading))
  const config = sink.config(args)
  // `useFactory`: what the function returns.
  const made = config?.kind === 'function' ? returnsOf(config, reading, 0) : config
  return made && { config: withConnection(made, reading), sink }
}

const CALLABLE = /^(?:Identifier|MemberExpression|OptionalMemberExpression|CallExpression)$/

/** `super({ ... })` in a class that extends one of a library. */
function superClassAround(call: Node): Node | undefined {
  let at = parentOf(call)
  while (at && !/^Class(?:Declaration|Expression)$/.test(at.type)) at = parentOf(at)
  return bare(child(at, 'superClass'))
}

/** Whether what a chain of calls begins with can be a library at all: most calls of most files cannot. */
function leadsToLibrary(callee: Node, module: Module, reading: Reading): boolean {
  let [root, above]: (Node | undefined)[] = [callee]
  for (let links = 0; root && CHAIN.has(root.type); links++) {
    if (links > DEEPEST) return false
    above = root
    root = bare(child(root, 'callee') ?? child(root, 'object'))
  }
  if (root?.type === 'ThisExpression' || root?.type === 'Super') return false
  if (root?.type !== 'Identifier' || nameOf(root) === 'require') return true
  // Of a module only what is taken of it, which may not need it parsed.
  const begin = above?.type === 'MemberExpression' ? above : root
  const value = evaluate(begin, module, reading)
  return (value.kind === 'choice' ? value.branches : [value]).some((it) =>
    it.kind === 'package' ? LIBRARY_SOURCES.has(it.source) : !NOTHING.has(it.kind),
  )
}

const CHAIN: ReadonlySet<string> = new Set([
  'MemberExpression',
  'OptionalMemberExpression',
  'CallExpression',
  'OptionalCallExpression',
  'NewExpression',
])
const NOTHING: ReadonlySet<Value['kind']> = new Set(['unknown', 'variable', 'literal'])

/** `connection: async () => ({ ... })` of Knex: what the function returns. */
const withConnection = (config: Value, reading: Reading): Value =>
  mapBranches(config, (branch) => {
    const entry = entryOf(branch, 'connection')
    if (branch.kind !== 'object' || entry?.value.kind !== 'function') return branch
    const value = returnsOf(entry.value, reading, 0)
    return value
      ? { ...branch, entries: [...branch.entries, { key: 'connection', value }] }
      : branch
  })

function exportedBy(module: Module, reading: Reading): Value | undefined {
  const path = module.syntax.file.path
  const declared = exportOf({ kind: 'module', path }, 'default', reading, 0)
  const exported = declared.kind === 'unknown' ? commonExport(module, reading) : declared
  return exported?.kind === 'function' ? returnsOf(exported, reading, 0) : exported
}

/** A configuration, or one for each environment: `{ development: {...}, production: {...} }`. */
function environments(value: Value): readonly Value[] {
  if (value.kind === 'choice') return value.branches.flatMap(environments)
  if (value.kind === 'array') return value.items.flatMap(environments)
  if (value.kind === 'call') return value.args.slice(0, 1).flatMap(environments)
  if (value.kind !== 'object') return value.kind === 'literal' ? [value] : []
  const inner = value.entries.filter(
    ({ value: it }) => it.kind === 'object' || it.kind === 'choice',
  )
  const isOne = value.entries.some(({ key }) =>
    /^(?:client|dialect|type|connection|driver|clientUrl|dbCredentials)$/.test(key ?? ''),
  )
  return isOne ? [value] : inner.map((it) => it.value)
}

/** Connection strings that no library in sight is given: any reader may get them. */
function loose({ syntax }: Module, declared: readonly Declaration[]): Declaration[] {
  const { file, byType } = syntax
  const covered = declared.flatMap(({ at, settings }) => [
    at,
    ...[...settings.values()].map(({ value }) => value),
  ])
  const pieces = [
    ...(byType.get('StringLiteral') ?? [])
      .filter((it) => !isBase(it, syntax))
      .map((it) => {
        const length = it.end - it.start - 2
        return decoded(file, String(it.value), it.start + 1, Math.max(0, length))
      }),
    ...(byType.get('TemplateLiteral') ?? [])
      .filter((it) => !isBase(it, syntax))
      .map((it) =>
        decoded(
          file,
          file.text.slice(it.start + 1, it.end - 1),
          it.start + 1,
          it.end - it.start - 2,
        ),
      ),
  ]
  return pieces
    .filter(({ text }) => text.length > 8 && /:\/\/|dbname/.test(text))
    .filter(({ at }) => !covered.some((it) => overlaps(it, at)))
    .flatMap((piece) => declareStrings(piece, file, { env: {} }))
}

const overlaps = (
  a: { offset: number; length: number },
  b: { offset: number; length: number },
): boolean => a.offset < b.offset + b.length && b.offset < a.offset + a.length

/** The same where nothing was parsed. */
const isBaseInText = ({ text }: SourceFile, { offset, column }: Range): boolean =>
  /\bnew URL\(.*,\s*['"`]$/.test(text.slice(Math.max(offset - column + 1, offset - 200), offset))

/**
 * The second argument of `new URL`: it lends its scheme to others, and is dialled by nobody. The first one where
 * parameters are set later: whoever is given the result is told that.
 */
function isBase(node: Node, { file }: Module['syntax']): boolean {
  const call = parentOf(node)
  if (call?.type !== 'NewExpression' || nameOf(child(call, 'callee')) !== 'URL') return false
  const [first, second] = children(call, 'arguments')
  return second === node || (first === node && CHANGED_URL.test(file.text))
}
