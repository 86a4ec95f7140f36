import { isBuiltin } from 'node:module'
import type { Range } from '../../model.js'
import { decoded, type Mapped } from '../../text/mapped.js'
import { evaluateCall } from './calls.js'
import { leadsNowhere } from './exports-in-text.js'
import { DEEPEST, exportOf, type Module, moduleFor, once, type Reading } from './modules.js'
import { classValue, entriesOf } from './objects.js'
import { type Binding, type MemberWrite, resolve } from './scope.js'
import { concatenate, templateParts } from './strings.js'
import { bare, child, children, keyOf, type Node, nameOf } from './syntax.js'
import { choice, entryOf, literal, mapBranches, truth, type Value } from './value.js'

/** More work than this for one question is not done. */
const MOST_STEPS = 20_000

/** What an expression is, as far as it can be known without running it. */
export function evaluate(
  written: Node | undefined,
  module: Module,
  reading: Reading,
  depth = 0,
): Value {
  const node = bare(written)
  if (!node) return { kind: 'unknown', name: 'code' }
  if (depth > DEEPEST || reading.steps++ > MOST_STEPS) {
    reading.cuts++
    return { kind: 'unknown', name: 'code' }
  }
  const at = placeOf(node, module, reading)
  const place = at
    ? { at }
    : node.type.endsWith('Literal')
      ? { written: writtenAt(node, module) }
      : {}
  const inner = (it: Node | undefined) => evaluate(it, module, reading, depth + 1)
  const unknown = (name: string): Value => ({ kind: 'unknown', name, ...(at ? { at } : {}) })
  switch (node.type) {
    case 'StringLiteral': {
      const text = String(node.value)
      const mapped = textPlace(text, node, module, reading)
      return { kind: 'literal', data: text, ...place, ...(mapped ? { mapped } : {}) }
    }
    case 'NumericLiteral':
    case 'BooleanLiteral':
      return { kind: 'literal', data: node.value as number | boolean, ...place }
    case 'NullLiteral':
      return { kind: 'literal', data: null, ...place }
    case 'TemplateLiteral':
      return concatenate(templateParts(node, module, reading, inner), node, module, reading)
    case 'BinaryExpression':
      if (node.operator === '+') {
        const parts = [inner(child(node, 'left')), inner(child(node, 'right'))]
        return concatenate(parts, node, module, reading)
      }
      return EITHER
    case 'UnaryExpression': {
      if (node.operator === 'void') return literal(undefined)
      if (node.operator !== '!') return unknown('code')
      return mapBranches(inner(child(node, 'argument')), (value) => {
        const known = truth(value)
        return known === undefined ? EITHER : { ...literal(!known), ...(at ? { at } : {}) }
      })
    }
    case 'ConditionalExpression': {
      const known = truth(inner(child(node, 'test')))
      if (known !== undefined) return inner(child(node, known ? 'consequent' : 'alternate'))
      return choice([inner(child(node, 'consequent')), inner(child(node, 'alternate'))])
    }
    case 'LogicalExpression':
      return either(String(node.operator), inner(child(node, 'left')), inner(child(node, 'right')))
    case 'SequenceExpression':
      return inner(children(node, 'expressions').at(-1))
    case 'AssignmentExpression':
      return inner(child(node, 'right'))
    case 'AwaitExpression':
      return inner(child(node, 'argument'))
    case 'ObjectExpression':
      return {
        kind: 'object',
        entries: entriesOf(node, module, reading, depth),
        ...(at ? { at } : {}),
      }
    case 'ArrayExpression':
      return { kind: 'array', items: children(node, 'elements').map(inner), ...(at ? { at } : {}) }
    case 'Identifier':
      return identifier(node, module, reading, depth)
    case 'MemberExpression':
    case 'OptionalMemberExpression':
      return member(node, module, reading, depth)
    case 'CallExpression':
    case 'OptionalCallExpression':
    case 'NewExpression':
    case 'ImportExpression':
      return once(node, reading, () => evaluateCall(node, module, reading, depth))
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
    case 'FunctionDeclaration':
    case 'ObjectMethod':
      return { kind: 'function', node, from: module, ...(at ? { at } : {}) }
    case 'ClassDeclaration':
    case 'ClassExpression':
      return classValue(node, module, reading, depth) ?? unknown('code')
    default:
      return unknown('code')
  }
}

/** Comparisons and negations of what is not known: both outcomes happen somewhere. */
const EITHER: Value = { kind: 'choice', branches: [literal(true), literal(false)] }

/** The place of a node, if it is in the file that is scanned. */
export const placeOf = (node: Node, { syntax }: Module, { home }: Reading): Range | undefined =>
  syntax.file.path === home ? syntax.file.range(node.start, node.end - node.start) : undefined

/** `src/config.ts:3`, for what another file says. */
const writtenAt = ({ start }: Node, { syntax: { file } }: Module): string =>
  `${file.path}:${file.range(start, 0).line}`

function textPlace(text: string, node: Node, module: Module, reading: Reading): Mapped | undefined {
  if (module.syntax.file.path !== reading.home) return undefined
  return decoded(module.syntax.file, text, node.start + 1, node.end - node.start - 2)
}

function either(operator: string, left: Value, right: Value): Value {
  const known = truth(left)
  if (operator === '??') {
    if (left.kind === 'literal') return left.data === null || left.data === undefined ? right : left
    return known === true ? left : choice([left, right])
  }
  if (operator === '||') return known === undefined ? choice([left, right]) : known ? left : right
  if (known !== undefined) return known ? right : left
  return choice([literal(false), right])
}

function identifier(node: Node, module: Module, reading: Reading, depth: number): Value {
  const name = nameOf(node) ?? ''
  if (name === 'undefined') return literal(undefined)
  const found = resolve(name, node, module.scopes)
  if (!found) return { kind: 'unknown', name }
  const at = placeOf(node, module, reading)
  const value = once(found, reading, () => bound(found, module, reading, depth + 1))
  if (value.kind === 'unknown' && value.name === 'code') {
    return { kind: 'unknown', name, ...(at ? { at } : {}) }
  }
  return at ? mapBranches(value, (it) => referred(it, at)) : value
}

/** What another file says has the place where this one refers to it. */
const referred = (value: Value, at: Range): Value =>
  value.kind === 'object' || value.kind === 'literal' || value.kind === 'array'
    ? { ...value, at: value.at ?? at }
    : value

function bound(found: Binding, module: Module, reading: Reading, depth: number): Value {
  const { imported, init, path, opaque, fallback, memberWrites, writes } = found
  if (imported)
    return exportOf(moduleFor(imported.source, module, reading), imported.name, reading, depth)
  if (opaque || (!init && writes.length === 0)) {
    const given: Value = { kind: 'unknown', name: found.name }
    return fallback ? choice([evaluate(fallback, module, reading, depth), given]) : given
  }
  const first = init ? evaluate(init, module, reading, depth) : undefined
  const initial = first && path.reduce<Value>((at, key) => property(at, key, reading, depth), first)
  const values = [
    ...(initial ? [initial] : []),
    ...writes.map((it) => evaluate(it, module, reading, depth)),
  ]
  return memberWrites.reduce<Value>(
    (value, it) => mapBranches(value, (branch) => written(branch, it, module, reading, depth)),
    choice(values),
  )
}

/** An object after an assignment to one of its properties. */
function written(
  target: Value,
  { path, value, always }: MemberWrite,
  module: Module,
  reading: Reading,
  depth: number,
): Value {
  const [key, ...rest] = path
  if (target.kind !== 'object' || key === undefined) return target
  const old = entryOf(target, key)?.value
  const next =
    rest.length === 0
      ? evaluate(value, module, reading, depth)
      : mapBranches(old ?? { kind: 'object', entries: [] }, (it) =>
          written(it, { path: rest, value, always: true }, module, reading, depth),
        )
  const changed = always ? next : choice([old ?? literal(undefined), next])
  return { ...target, entries: [...target.entries, { key, value: changed }] }
}

function member(node: Node, module: Module, reading: Reading, depth: number): Value {
  const key = keyOf(node, 'property')
  const object = bare(child(node, 'object'))
  const at = placeOf(node, module, reading)
  if (object && isEnvironment(object) && key !== undefined) return variable(key, reading, at)
  if (key === undefined) {
    // `config[env]`: any of them.
    return mapBranches(evaluate(object, module, reading, depth + 1), (value) =>
      value.kind === 'object' && value.entries.length > 0
        ? choice(value.entries.map((it) => it.value))
        : { kind: 'unknown', name: 'code' },
    )
  }
  if (isOfNobody(object, key, module, reading)) return { kind: 'unknown', name: key }
  const value = property(evaluate(object, module, reading, depth + 1), key, reading, depth + 1)
  // `env.DATABASE_URL` of a module that checks the environment.
  if (value.kind === 'package' && VARIABLE.test(key) && !isBuiltin(value.source)) {
    return variable(key, reading, at)
  }
  if (value.kind === 'unknown' && at) return { ...value, at }
  return at ? mapBranches(value, (it) => referred(it, at)) : value
}

/** Whether a key is taken of a required file that has nothing of interest under it, and so need not be parsed. */
function isOfNobody(
  object: Node | undefined,
  key: string,
  module: Module,
  reading: Reading,
): boolean {
  const name = object?.type === 'Identifier' ? nameOf(object) : undefined
  const found = object && name !== undefined ? resolve(name, object, module.scopes) : undefined
  if (!found?.init || found.path.length > 0 || found.writes.length > 0) return false
  const source = requiredBy(found.init)
  if (source === undefined) return false
  const target = moduleFor(source, module, reading)
  const file = target.kind === 'module' ? reading.context.read(target.path) : undefined
  return file !== undefined && leadsNowhere(file, key)
}

/** The specifier of `require('./file')`. */
function requiredBy(written: Node): string | undefined {
  const call = bare(written)
  if (call?.type !== 'CallExpression' || nameOf(child(call, 'callee')) !== 'require')
    return undefined
  return nameOf(bare(children(call, 'arguments')[0]))
}

/** The name of an environment variable, by its looks. */
export const VARIABLE: RegExp = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/

/** What the .env files say of a variable. */
export function variable(name: string, reading: Reading, at: Range | undefined): Value {
  const values = reading.context.variable(name)
  if (values.length === 0) return { kind: 'variable', name, ...(at ? { at } : {}) }
  return choice(values.map((data) => ({ kind: 'literal', data, ...(at ? { at } : {}) })))
}

/** `process.env` and `import.meta.env`. */
export function isEnvironment(node: Node): boolean {
  if (node.type !== 'MemberExpression' && node.type !== 'OptionalMemberExpression') return false
  const object = bare(child(node, 'object'))
  if (keyOf(node, 'property') !== 'env') return false
  return nameOf(object) === 'process' || object?.type === 'MetaProperty'
}

/** A property of a value. */
export function property(from: Value, key: string, reading: Reading, depth: number): Value {
  return mapBranches(from, (value): Value => {
    if (value.kind === 'package') {
      return { ...value, name: value.name === '' ? key : `${value.name}.${key}` }
    }
    if (value.kind === 'module') return exportOf(value, key, reading, depth)
    if (value.kind === 'object') {
      const found = entryOf(value, key)
      const open = value.entries.findLast((it) => it.key === undefined)
      if (found) return found.value
      return open ? property(open.value, key, reading, depth + 1) : literal(undefined)
    }
    if (value.kind === 'array') return value.items[Number(key)] ?? { kind: 'unknown', name: key }
    if (value.kind === 'function' && key === 'useFactory') return value
    const name = value.kind === 'variable' || value.kind === 'unknown' ? value.name : key
    return { kind: 'unknown', name: name === 'code' ? key : name }
  })
}
