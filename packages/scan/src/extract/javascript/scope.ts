import { bare, child, children, keyOf, type Node, nameOf, parentOf, type Syntax } from './syntax.js'

/** A name that a file gives to something. */
export interface Binding {
  readonly name: string
  /** Where its value is written: an initializer, or what it is destructured from. */
  readonly init?: Node
  /** The way from {@link init} to the value: `['Pool']` of `const { Pool } = pg`. */
  readonly path: readonly string[]
  /** A module that it is imported from, and under which name: `default`, `*`, `Pool`. */
  readonly imported?: { readonly source: string; readonly name: string }
  /** Set for parameters and for what nobody can follow. */
  readonly opaque?: true
  /** What a parameter is where nothing is given. */
  readonly fallback?: Node
  readonly node: Node
  /** What is assigned to it later. */
  readonly writes: Node[]
  /** What is assigned to a property of it later: `config.ssl = ...`. */
  readonly memberWrites: MemberWrite[]
}

export interface MemberWrite {
  readonly path: readonly string[]
  readonly value: Node
  /** Whether it happens whenever the declaration does: same block, no condition. */
  readonly always: boolean
}

/** The bindings of a file by the node of their scope. */
export type Scopes = ReadonlyMap<Node, ReadonlyMap<string, Binding>>

const FUNCTION = /^(?:Function|ArrowFunction|ObjectMethod|ClassMethod|ClassPrivateMethod)/
const SCOPE =
  /^(?:Program|BlockStatement|For|Switch|CatchClause|StaticBlock|Function|ArrowFunction|ObjectMethod|ClassMethod|ClassPrivateMethod)/

export function scopesOf(syntax: Syntax): Scopes {
  const scopes = new Map<Node, Map<string, Binding>>()
  const { program } = syntax
  const add = (scope: Node, binding: Binding): void => {
    const known = scopes.get(scope) ?? new Map<string, Binding>()
    scopes.set(scope, known)
    if (!known.has(binding.name)) known.set(binding.name, binding)
  }
  const scopeAbove = (node: Node, pattern: RegExp): Node => {
    for (let at = parentOf(node); at; at = parentOf(at)) if (pattern.test(at.type)) return at
    return program
  }
  for (const node of syntax.byType.get('VariableDeclarator') ?? []) {
    const isVar = parentOf(node)?.kind === 'var'
    const scope = scopeAbove(node, isVar ? /^Program$|^(?:Function|Arrow|ObjectM|ClassM)/ : SCOPE)
    const init = child(node, 'init')
    const id = child(node, 'id')
    const loop = /^For(?:In|Of)/.test(parentOf(parentOf(node) ?? node)?.type ?? '')
    // `let config` is what is assigned to it; the variable of a loop is nobody knows what.
    if (!init && !loop && id?.type === 'Identifier') add(scope, binding(String(id.name), id))
    else for (const it of patterns(id, init)) add(scope, it)
  }
  for (const node of syntax.byType.get('ImportDeclaration') ?? []) {
    const source = nameOf(child(node, 'source')) ?? ''
    for (const it of children(node, 'specifiers')) {
      const name =
        it.type === 'ImportDefaultSpecifier'
          ? 'default'
          : it.type === 'ImportNamespaceSpecifier'
            ? '*'
            : (nameOf(child(it, 'imported')) ?? '*')
      const local = nameOf(child(it, 'local'))
      if (local) add(program, { ...binding(local, it), imported: { source, name } })
    }
  }
  for (const node of syntax.byType.get('TSImportEqualsDeclaration') ?? []) {
    const local = nameOf(child(node, 'id'))
    const source = nameOf(child(child(node, 'moduleReference'), 'expression'))
    if (local && source) add(program, { ...binding(local, node), imported: { source, name: '*' } })
  }
  for (const type of ['FunctionDeclaration', 'ClassDeclaration']) {
    for (const node of syntax.byType.get(type) ?? []) {
      const name = nameOf(child(node, 'id'))
      if (name) add(scopeAbove(node, SCOPE), { ...binding(name, node), init: node })
    }
  }
  for (const [type, nodes] of syntax.byType) {
    if (FUNCTION.test(type)) {
      for (const node of nodes) {
        for (const parameter of children(node, 'params')) {
          for (const it of patterns(parameter, undefined)) add(node, { ...it, opaque: true })
        }
      }
    }
  }
  for (const node of syntax.byType.get('CatchClause') ?? []) {
    for (const it of patterns(child(node, 'param'), undefined)) add(node, { ...it, opaque: true })
  }
  for (const node of syntax.byType.get('AssignmentExpression') ?? []) write(node, scopes)
  return scopes
}

/** What a name means where it stands. */
export function resolve(name: string, from: Node, scopes: Scopes): Binding | undefined {
  for (let at: Node | undefined = from; at; at = parentOf(at)) {
    const found = scopes.get(at)?.get(name)
    if (found) return found
  }
  return undefined
}

const binding = (name: string, node: Node): Binding => ({
  name,
  node,
  path: [],
  writes: [],
  memberWrites: [],
})

/** The names of a pattern and how each is reached from what is destructured. */
function patterns(
  pattern: Node | undefined,
  init: Node | undefined,
  path: readonly string[] = [],
): Binding[] {
  if (!pattern || path.length > 8) return []
  const found = (name: string): Binding => ({
    ...binding(name, pattern),
    path,
    ...(init ? { init } : { opaque: true }),
  })
  switch (pattern.type) {
    case 'Identifier':
      return [found(String(pattern.name))]
    case 'AssignmentPattern': {
      const [left, fallback] = [child(pattern, 'left'), child(pattern, 'right')]
      const named = left?.type === 'Identifier' && fallback ? { fallback } : {}
      return patterns(left, init, path).map((it) => (it.opaque ? { ...it, ...named } : it))
    }
    case 'ObjectPattern':
      return children(pattern, 'properties').flatMap((it) => {
        const key = keyOf(it, 'key')
        if (it.type === 'RestElement' || key === undefined) {
          return patterns(child(it, 'argument'), undefined, path)
        }
        return patterns(child(it, 'value'), init, [...path, key])
      })
    case 'ArrayPattern':
      return children(pattern, 'elements').flatMap((it) => patterns(it, undefined, path))
    case 'TSParameterProperty':
      return patterns(child(pattern, 'parameter'), init, path)
    case 'RestElement':
      return patterns(child(pattern, 'argument'), undefined, path)
    default:
      return []
  }
}

function write(node: Node, scopes: Scopes): void {
  const value = child(node, 'right')
  let target = bare(child(node, 'left'))
  if (!value || !target) return
  const path: string[] = []
  while (target?.type === 'MemberExpression') {
    const key = keyOf(target, 'property')
    if (key === undefined || path.length > 8) return
    path.unshift(key)
    target = bare(child(target, 'object'))
  }
  const name = target?.type === 'Identifier' ? nameOf(target) : undefined
  const found = name === undefined ? undefined : resolve(name, node, scopes)
  if (!found) return
  if (path.length === 0) found.writes.push(value)
  else found.memberWrites.push({ path, value, always: isBeside(node, found.node) })
}

/** Whether a statement stands in the very block of a declaration. */
function isBeside(expression: Node, declaration: Node): boolean {
  const statement = parentOf(expression)
  if (statement?.type !== 'ExpressionStatement') return false
  let block: Node | undefined = declaration
  while (block && !/^(?:Program|BlockStatement)$/.test(block.type)) block = parentOf(block)
  return block !== undefined && parentOf(statement) === block
}
