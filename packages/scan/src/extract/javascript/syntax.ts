import type { ParserOptions } from '@babel/parser'
import { lazily } from '../../lazily.js'
import type { SourceFile } from '../../model.js'
import { TakesTooLong, within } from '../../within.js'

/** A node of the syntax tree, as loosely as this extractor looks at it. */
export interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [field: string]: unknown
}

/** A parsed file, and the nodes of each type in the order of the text. */
export interface Syntax {
  readonly file: SourceFile
  readonly program: Node
  readonly byType: ReadonlyMap<string, readonly Node[]>
}

/**
 * Parses JavaScript, TypeScript and JSX; returns why where that is impossible, without quoting the text.
 * The parser is loaded at the first file that needs it.
 */
export function parse(file: SourceFile): Syntax | string {
  const { path, text } = file
  const plugins: ParserOptions['plugins'] = ['decorators-legacy', 'explicitResourceManagement']
  if (/\.[cm]?ts$/.test(path)) plugins.push('typescript')
  else if (path.endsWith('.tsx')) plugins.push('typescript', 'jsx')
  else plugins.push('jsx')
  const options: ParserOptions = {
    sourceType: 'unambiguous',
    allowReturnOutsideFunction: true,
    allowAwaitOutsideFunction: true,
    allowImportExportEverywhere: true,
    allowUndeclaredExports: true,
    errorRecovery: true,
    attachComment: false,
    plugins,
  }
  try {
    const program: unknown = within(text.length, () => parser().parse(text, options).program)
    return index(file, program as Node)
  } catch (error) {
    if (error instanceof TakesTooLong) return 'it takes too long to parse'
    if (error instanceof RangeError) return 'it is nested too deeply'
    if (error instanceof SyntaxError) return 'it is no JavaScript or TypeScript that can be parsed'
    throw error
  }
}

/** Walks without recursion: a tree may be as deep as the parser's stack allows. */
function index(file: SourceFile, program: Node): Syntax {
  const byType = new Map<string, Node[]>()
  const stack: Node[] = [program]
  for (let node = stack.pop(); node; node = stack.pop()) {
    const known = byType.get(node.type)
    if (known) known.push(node)
    else byType.set(node.type, [node])
    if (LEAVES.has(node.type) && node.decorators === undefined) continue
    const first = stack.length
    for (const key in node) {
      if (SKIPPED.has(key)) continue
      const value = node[key]
      if (typeof value !== 'object' || value === null) continue
      if (Array.isArray(value)) for (const item of value) adopt(item, node, stack)
      else adopt(value, node, stack)
    }
    reverse(stack, first)
  }
  return { file, program, byType }
}

function adopt(value: unknown, parent: Node, stack: Node[]): void {
  if (!isNode(value)) return
  ;(value as { [PARENT]?: Node })[PARENT] = parent
  stack.push(value)
}

/** Turns the end of a stack around: what was put on it first is taken first. */
function reverse(stack: Node[], from: number): void {
  for (let low = from, high = stack.length - 1; low < high; low++, high--) {
    const one = stack[low] as Node
    stack[low] = stack[high] as Node
    stack[high] = one
  }
}

/** Kept in the node itself: a map of all nodes takes longer to fill than the walk. */
const PARENT = Symbol('parent')

export const parentOf = (node: Node): Node | undefined => (node as { [PARENT]?: Node })[PARENT]

/** What has nothing in it but decorators, and is half of a tree. */
const LEAVES: ReadonlySet<string> = new Set([
  'Identifier',
  'StringLiteral',
  'NumericLiteral',
  'BooleanLiteral',
  'NullLiteral',
  'ThisExpression',
  'TemplateElement',
])

const SKIPPED: ReadonlySet<string> = new Set([
  'type',
  'start',
  'end',
  'loc',
  'extra',
  'errors',
  'leadingComments',
  'trailingComments',
  'innerComments',
  'typeAnnotation',
  'typeParameters',
])

export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'

export const child = (node: Node | undefined, field: string): Node | undefined => {
  const value = node?.[field]
  return isNode(value) ? value : undefined
}

export const children = (node: Node | undefined, field: string): readonly Node[] => {
  const value = node?.[field]
  return Array.isArray(value) ? value.filter(isNode) : []
}

/** The name of an identifier, or the text of a string literal. */
export const nameOf = (node: Node | undefined): string | undefined => {
  const name = node?.type === 'StringLiteral' ? node.value : node?.name
  return typeof name === 'string' ? name : undefined
}

/** The key of a property or member, where it is written and not computed. */
export function keyOf(node: Node, field: 'key' | 'property'): string | undefined {
  const key = child(node, field)
  if (node.computed !== true || key?.type === 'StringLiteral') {
    return key?.type === 'NumericLiteral' ? String(key.value) : nameOf(key)
  }
  return key?.type === 'NumericLiteral' ? String(key.value) : undefined
}

const TRANSPARENT: ReadonlySet<string> = new Set([
  'TSAsExpression',
  'TSSatisfiesExpression',
  'TSNonNullExpression',
  'TSTypeAssertion',
  'TSInstantiationExpression',
  'ParenthesizedExpression',
])

/** What is behind parentheses and types. */
export function bare(node: Node | undefined): Node | undefined {
  let inner = node
  while (inner && TRANSPARENT.has(inner.type)) inner = child(inner, 'expression')
  return inner
}

const parser = lazily<typeof import('@babel/parser')>('@babel/parser')
