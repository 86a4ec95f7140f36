import { evaluate, isEnvironment, placeOf, VARIABLE, variable } from './evaluate.js'
import { exportOf, type Module, moduleFor, once, type Reading } from './modules.js'
import { bare, child, children, keyOf, type Node, nameOf, parentOf } from './syntax.js'
import { choice, literal, type Value } from './value.js'

/** Parameters that are set later are not followed: one may be the sslmode. */
export const CHANGED_URL: RegExp = /\.searchParams\s*\.\s*(?:set|append)\b/

/** Functions that return their first argument, or something just like it. */
const SAME =
  /^(?:freeze|seal|structuredClone|cloneDeep|defineConfig|assertValid|String|guard|__import(?:Default|Star)|_interopRequire(?:Default|Wildcard))$/
/** Methods of a string that keep what it means here. */
const STRING_METHOD = /^(?:toString|trim|valueOf)$/
/** `config.get('DB_SSL')` of a configuration service, `env('DB_SSL')`, `env.get('DB_SSL')`. */
const LOOK_UP = /^(?:get|getOrThrow|env|required|optional)$/
/** What makes a boolean of something. */
const BOOLEAN = /^(?:Boolean|includes|startsWith|endsWith|test|equals|isProduction)$/

/** What a call or `new` returns, as far as that can be known. */
export function evaluateCall(node: Node, module: Module, reading: Reading, depth: number): Value {
  const callee = bare(child(node, 'callee'))
  const args = children(node, 'arguments')
  const at = placeOf(node, module, reading)
  const inner = (it: Node | undefined) => evaluate(it, module, reading, depth + 1)
  const unknown = (name: string): Value => ({ kind: 'unknown', name, ...(at ? { at } : {}) })
  if (node.type === 'ImportExpression' || callee?.type === 'Import') {
    const source = nameOf(bare(child(node, 'source') ?? args[0]))
    if (source === undefined) return unknown('module')
    return exportOf(moduleFor(source, module, reading), '*', reading, depth + 1)
  }
  const method = callee?.type.endsWith('MemberExpression') ? keyOf(callee, 'property') : undefined
  const name = method ?? nameOf(callee) ?? 'code'
  if (name === 'require' && method === undefined) return required(args[0], module, reading, depth)
  if (node.type === 'NewExpression' && name === 'URL') {
    const changed = CHANGED_URL.test(module.syntax.file.text)
    return changed ? unknown('searchParams') : inner(args[0])
  }
  if (method === 'assign' && nameOf(bare(child(callee, 'object'))) === 'Object') {
    return merged(args.map(inner))
  }
  const [first] = args
  if (LOOK_UP.test(name) && first) {
    const looked = lookedUp(first, reading, at)
    if (looked) return looked
  }
  const target = inner(callee)
  if (target.kind === 'package' || target.kind === 'call') {
    if (SAME.test(name) && first && !hasSink(target)) return inner(first)
    return { kind: 'call', callee: target, args: args.map(inner) }
  }
  if (target.kind === 'function') {
    return returnsOf(target, reading, depth + 1) ?? unknown(name)
  }
  if (SAME.test(name) && first) return inner(first)
  if (BOOLEAN.test(name)) return choice([literal(true), literal(false)])
  if (method !== undefined && callee) {
    const object = bare(child(callee, 'object'))
    if (object && isEnvironment(object)) return unknown(name)
    const value = inner(object)
    if (STRING_METHOD.test(method) && value.kind !== 'unknown') return value
    if (value.kind === 'variable') return unknown(value.name)
  }
  // `Number(process.env.PORT)`, `JSON.parse(process.env.SSL)`: named after the variable.
  const [argument] = args.map(inner)
  return unknown(argument?.kind === 'variable' ? argument.name : name)
}

/** Of libraries whose own `defineConfig` says what the object is for. */
const hasSink = (value: Value): boolean =>
  value.kind === 'package' && /^(?:drizzle-kit|@mikro-orm\/)/.test(value.source)

function required(
  argument: Node | undefined,
  module: Module,
  reading: Reading,
  depth: number,
): Value {
  const source = nameOf(bare(argument))
  if (source === undefined) return { kind: 'unknown', name: 'require' }
  const target = moduleFor(source, module, reading)
  if (target.kind !== 'module') return target
  // CommonJS gives module.exports; of an ES module all of it.
  const common = exportOf(target, 'default', reading, depth + 1)
  return common.kind === 'unknown' ? target : common
}

function lookedUp(
  argument: Node,
  reading: Reading,
  at: ReturnType<typeof placeOf>,
): Value | undefined {
  const key = nameOf(bare(argument))
  return key !== undefined && VARIABLE.test(key) ? variable(key, reading, at) : undefined
}

/** `Object.assign({}, a, b)`: later ones win. */
function merged(values: readonly Value[]): Value {
  const entries = values.flatMap((value) => {
    if (value.kind === 'object') return value.entries
    return value.kind === 'literal' ? [] : [{ key: undefined, value }]
  })
  return { kind: 'object', entries }
}

/** What a function of the project returns; its parameters are not followed. */
export function returnsOf(value: Value, reading: Reading, depth: number): Value | undefined {
  if (value.kind !== 'function') return undefined
  const module = value.from as Module
  const returned = returnedBy(value.node, module)
  if (returned.length === 0) return undefined
  return once(value.node, reading, () =>
    choice(returned.map((it) => evaluate(it, module, reading, depth))),
  )
}

/** The expressions that a function returns. */
export function returnedBy(node: Node, { syntax }: Module): (Node | undefined)[] {
  const body = child(node, 'body')
  if (body && body.type !== 'BlockStatement') return [body]
  const { byType } = syntax
  const returns = (byType.get('ReturnStatement') ?? []).filter((it) => {
    let at = parentOf(it)
    while (at && !/Function|ObjectMethod|ClassMethod/.test(at.type)) at = parentOf(at)
    return at === node
  })
  return returns.map((it) => child(it, 'argument'))
}
