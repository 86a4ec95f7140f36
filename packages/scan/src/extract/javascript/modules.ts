import type { ExtractContext, SourceFile } from '../../model.js'
import { recent } from '../../recent.js'
import { evaluate, property } from './evaluate.js'
import { leadsNowhere } from './exports-in-text.js'
import { type Scopes, scopesOf } from './scope.js'
import { fileOf } from './specifiers.js'
import { bare, child, children, keyOf, type Node, nameOf, parse, type Syntax } from './syntax.js'
import { choice, type Value } from './value.js'

/** A parsed file of the project. */
export interface Module {
  readonly syntax: Syntax
  readonly scopes: Scopes
}

/** What following one file has looked at so far. */
export interface Reading {
  /** The file that is scanned: only its places are reported. */
  readonly home: string
  readonly context: ExtractContext
  readonly modules: Map<string, Module | Value | undefined>
  /** What specifiers stand for, by the file that has them. */
  readonly specifiers: Map<Module, Map<string, Value>>
  /** What names, calls and functions were found to be. */
  readonly known: Map<object, Value>
  steps: number
  /** What is being looked for, and how deep in itself; what was met again while it was. */
  readonly underWay: Map<object, number>
  readonly cycles: Set<object>
  /** How often a limit ended a search. */
  cuts: number
}

/**
 * Looks for something once, unless a limit has cut the search short. What is made of itself
 * (`config = { ...config, ssl }`) is followed around once: a second time adds nothing.
 */
export function once(key: object, reading: Reading, find: () => Value): Value {
  const { known, underWay, cycles, cuts } = reading
  const found = known.get(key)
  if (found) return found
  const rounds = underWay.get(key) ?? 0
  if (rounds > 1) {
    cycles.add(key)
    return NOTHING_NEW
  }
  underWay.set(key, rounds + 1)
  const value = find()
  underWay.set(key, rounds)
  if (rounds > 0) return value
  cycles.delete(key)
  const whole = value.kind === 'choice' && value.branches.length === 0 ? UNKNOWN : value
  if (reading.cuts === cuts && cycles.size === 0) known.set(key, whole)
  return whole
}

const NOTHING_NEW: Value = { kind: 'choice', branches: [] }
const UNKNOWN: Value = { kind: 'unknown', name: 'code' }

/** Longer chains of expressions and files are not followed. */
export const DEEPEST = 40

/** Files that one file may pull in; hostile projects could chain thousands. */
const MOST_FILES = 40

/** What a specifier stands for: a file of the project, or a package. */
export function moduleFor(source: string, from: Module, reading: Reading): Value {
  const known = reading.specifiers.get(from) ?? new Map<string, Value>()
  reading.specifiers.set(from, known)
  const value = known.get(source) ?? find(source, from, reading)
  known.set(source, value)
  return value
}

function find(source: string, from: Module, { context }: Reading): Value {
  const path = fileOf(source, from.syntax.file.path, context)
  if (path !== undefined) return { kind: 'module', path }
  return source.startsWith('.')
    ? { kind: 'unknown', name: 'code' }
    : { kind: 'package', source, name: '' }
}

function load(path: string, reading: Reading): Module | Value | undefined {
  const { modules, context } = reading
  if (modules.has(path)) return modules.get(path)
  if (modules.size > MOST_FILES) return undefined
  const file = context.read(path)
  const json = file && path.endsWith('.json')
  const found = file && (json ? fromJson(file) : parsed(file, context))
  const module = typeof found === 'string' ? undefined : found
  modules.set(path, module)
  return module
}

/** A file and its names; or why it cannot be parsed. What several files import is kept. */
export function parsed(file: SourceFile, { read }: ExtractContext): Module | string {
  const known = PARSED.get(read) ?? recent(AT_HAND, sizeOf)
  PARSED.set(read, known)
  return known(file.path, () => {
    const syntax = parse(file)
    return typeof syntax === 'string' ? syntax : { syntax, scopes: scopesOf(syntax) }
  })
}

/** Characters of the files whose syntax is kept, which takes some fifty bytes for each. */
const AT_HAND = 500_000
const sizeOf = (found: Module | string): number =>
  typeof found === 'string' ? 100 : 100 + found.syntax.file.text.length

/** By the project that the files belong to. */
const PARSED = new WeakMap<
  ExtractContext['read'],
  (path: string, make: () => Module | string) => Module | string
>()

function fromJson({ path, text }: SourceFile): Value | undefined {
  try {
    return fromData(JSON.parse(text) as unknown, path)
  } catch {
    return undefined
  }
}

function fromData(data: unknown, path: string, depth = 0): Value {
  if (depth > 20) return { kind: 'unknown', name: 'code' }
  const inner = (it: unknown): Value => fromData(it, path, depth + 1)
  if (Array.isArray(data)) return { kind: 'array', items: data.map(inner) }
  if (typeof data === 'object' && data !== null) {
    const entries = Object.entries(data).map(([key, it]) => ({ key, value: inner(it) }))
    return { kind: 'object', entries }
  }
  return { kind: 'literal', data: data as string | number | boolean | null, written: path }
}

/** What a module exports under a name; `*` is all of it. */
export function exportOf(module: Value, name: string, reading: Reading, depth: number): Value {
  if (module.kind === 'package') {
    return { ...module, name: name === '*' ? '' : name }
  }
  if (depth > DEEPEST) reading.cuts++
  if (module.kind !== 'module' || depth > DEEPEST) return { kind: 'unknown', name }
  if (name === '*') return module
  const file = reading.context.read(module.path)
  if (file && leadsNowhere(file, name)) return { kind: 'unknown', name }
  const loaded = load(module.path, reading)
  if (!loaded) return { kind: 'unknown', name }
  if ('kind' in loaded)
    return name === 'default' ? loaded : property(loaded, name, reading, depth + 1)
  const declared = declaredExport(loaded, name, reading, depth + 1)
  if (declared) return declared
  const common = commonExport(loaded, reading, depth + 1)
  if (common) return name === 'default' ? common : property(common, name, reading, depth + 1)
  for (const node of loaded.syntax.byType.get('ExportAllDeclaration') ?? []) {
    const source = nameOf(child(node, 'source')) ?? ''
    const value = exportOf(moduleFor(source, loaded, reading), name, reading, depth + 1)
    if (value.kind !== 'unknown') return value
  }
  return { kind: 'unknown', name }
}

function declaredExport(
  module: Module,
  name: string,
  reading: Reading,
  depth: number,
): Value | undefined {
  const { byType } = module.syntax
  if (name === 'default') {
    const [node] = byType.get('ExportDefaultDeclaration') ?? []
    if (node) return evaluate(child(node, 'declaration'), module, reading, depth)
  }
  const found = module.scopes.get(module.syntax.program)?.get(name)
  for (const node of byType.get('ExportNamedDeclaration') ?? []) {
    for (const it of children(node, 'specifiers')) {
      if (nameOf(child(it, 'exported')) !== name) continue
      const local = child(it, 'local')
      const source = nameOf(child(node, 'source'))
      return source === undefined
        ? evaluate(local, module, reading, depth)
        : exportOf(moduleFor(source, module, reading), nameOf(local) ?? '*', reading, depth)
    }
    const declaration = child(node, 'declaration')
    if (declaration && found && isInside(found.node, declaration)) {
      return evaluate(found.node, module, reading, depth)
    }
  }
  return undefined
}

const isInside = (inner: Node, outer: Node): boolean =>
  inner.start >= outer.start && inner.end <= outer.end

/** What CommonJS exports: `module.exports = ...`, and `exports.name = ...` gathered. */
export function commonExport(module: Module, reading: Reading, depth = 0): Value | undefined {
  const wholes: Value[] = []
  const entries: { key: string; value: Value }[] = []
  for (const node of module.syntax.byType.get('AssignmentExpression') ?? []) {
    const left = bare(child(node, 'left'))
    if (left?.type !== 'MemberExpression') continue
    const object = bare(child(left, 'object'))
    const key = keyOf(left, 'property')
    const value = () => evaluate(child(node, 'right'), module, reading, depth)
    if (nameOf(object) === 'module' && key === 'exports') wholes.push(value())
    else if (key !== undefined && object && isExports(object)) entries.push({ key, value: value() })
  }
  if (wholes.length > 0) return choice(wholes)
  return entries.length > 0 ? { kind: 'object', entries } : undefined
}

const isExports = (node: Node): boolean =>
  nameOf(node) === 'exports' ||
  (node.type === 'MemberExpression' &&
    nameOf(bare(child(node, 'object'))) === 'module' &&
    keyOf(node, 'property') === 'exports')
