import { type Declaration, type ExtractContext, STAND_IN } from '../../model.js'
import { returnedBy } from './calls.js'
import { declareConfig } from './declare.js'
import { evaluate } from './evaluate.js'
import { typeOf } from './libraries.js'
import type { Module, Reading } from './modules.js'
import { resolve } from './scope.js'
import { bare, child, children, type Node, nameOf } from './syntax.js'

const FUNCTIONS = [
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'ObjectMethod',
  'ClassMethod',
]

/**
 * `const options: PoolConfig = { ... }`, `{ ... } satisfies DataSourceOptions`, what a method returns whose
 * type says so: a configuration by its type. It may be completed elsewhere, so that only what is written in it
 * is judged.
 */
export function declareTyped(
  module: Module,
  reading: Reading,
  context: ExtractContext,
): Declaration[] {
  const { byType, file } = module.syntax
  const typed = [
    ...(byType.get('VariableDeclarator') ?? []).map((node) => ({
      type: child(child(child(node, 'id'), 'typeAnnotation'), 'typeAnnotation'),
      value: child(node, 'init'),
    })),
    ...(byType.get('ClassProperty') ?? []).map((node) => ({
      type: child(child(node, 'typeAnnotation'), 'typeAnnotation'),
      value: child(node, 'value'),
    })),
    ...FUNCTIONS.flatMap((name) => byType.get(name) ?? []).flatMap((node) => {
      const type = awaited(child(child(node, 'returnType'), 'typeAnnotation'))
      return type ? returnedBy(node, module).map((value) => ({ type, value })) : []
    }),
    ...['TSSatisfiesExpression', 'TSAsExpression'].flatMap((name) =>
      (byType.get(name) ?? []).map((node) => ({
        type: child(node, 'typeAnnotation'),
        value: child(node, 'expression'),
      })),
    ),
  ]
  return typed.flatMap(({ type, value }): Declaration[] => {
    const library = type && libraryOfType(type, module)
    const node = bare(value)
    if (!library || node?.type !== 'ObjectExpression') return []
    const at = file.range(node.start, node.end - node.start)
    const config = library.config([evaluate(node, module, reading)])
    if (!config) return []
    return declareConfig(config, library, at, file, context)
      .filter(({ undetermined }) => undetermined.length === 0)
      .map((it) => ({ ...it, config: elsewhere(it.config), partial: true }))
  })
}

/** `Promise<PoolConfig>` of an async function. */
function awaited(type: Node | undefined): Node | undefined {
  if (nameOf(child(type, 'typeName')) !== 'Promise') return type
  return children(child(type, 'typeParameters'), 'params')[0]
}

/** A host that is not written here is written elsewhere: it is not localhost. */
const elsewhere = (config: Declaration['config']): Declaration['config'] =>
  typeof config === 'string' ? config : { host: STAND_IN, ...config }

function libraryOfType(type: Node, { syntax, scopes }: Module): ReturnType<typeof typeOf> {
  if (type.type !== 'TSTypeReference') return undefined
  const names: string[] = []
  let at = child(type, 'typeName')
  while (at?.type === 'TSQualifiedName') {
    names.unshift(nameOf(child(at, 'right')) ?? '')
    at = child(at, 'left')
  }
  const root = nameOf(at)
  const found = root === undefined ? undefined : resolve(root, syntax.program, scopes)
  if (!found?.imported) return undefined
  const { source, name } = found.imported
  const local = name === '*' || name === 'default' ? [] : [name]
  return typeOf(source, [...local, ...names].join('.'))
}
