import { type AST, getStaticTOMLValue, ParseError, parseTOML } from 'toml-eslint-parser'
import type { SourceFile } from '../model.js'
import { decoded } from './mapped.js'
import { DEEPEST, type Tree, type TreeEntry } from './tree.js'

/** A TOML file; a file with an error is not read at all, as every TOML parser does. */
export function tomlTree(file: SourceFile): { tree?: Tree; incomplete?: string } {
  try {
    const program = parseTOML(file.text, { tomlVersion: '1.0' })
    const entries = program.body[0].body.flatMap((node) => topLevel(node, file))
    return { tree: { kind: 'map', entries, at: file.range(0, file.text.length) } }
  } catch (error) {
    if (error instanceof ParseError)
      return { incomplete: `it is no valid TOML (line ${error.lineNumber})` }
    if (error instanceof RangeError) return { incomplete: 'it is nested too deeply' }
    throw error
  }
}

const rangeOf = (file: SourceFile, { range: [start, end] }: { range: [number, number] }) =>
  file.range(start, end - start)

function topLevel(node: AST.TOMLKeyValue | AST.TOMLTable, file: SourceFile): TreeEntry[] {
  if (node.type === 'TOMLKeyValue') return [keyValue(node, file, 0)]
  const entries = node.body.map((inner) => keyValue(inner, file, 0))
  const key = node.resolvedKey.filter((part) => typeof part === 'string').join('.')
  return [{ key, value: { kind: 'map', entries, at: rangeOf(file, node) } }]
}

function keyValue(node: AST.TOMLKeyValue, file: SourceFile, depth: number): TreeEntry {
  const key = node.key.keys
    .map((part) => (part.type === 'TOMLBare' ? part.name : part.value))
    .join('.')
  return { key, value: content(node.value, file, depth) }
}

function content(node: AST.TOMLContentNode, file: SourceFile, depth: number): Tree {
  const at = rangeOf(file, node)
  if (depth > DEEPEST) return { kind: 'list', items: [], at }
  if (node.type === 'TOMLArray') {
    return { kind: 'list', items: node.elements.map((item) => content(item, file, depth + 1)), at }
  }
  if (node.type === 'TOMLInlineTable') {
    return { kind: 'map', entries: node.body.map((inner) => keyValue(inner, file, depth + 1)), at }
  }
  const value: unknown = getStaticTOMLValue(node)
  const data =
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? value
      : null
  if (typeof value !== 'string') {
    return {
      kind: 'scalar',
      value: decoded(file, file.text.slice(at.offset, at.offset + at.length), at.offset, at.length),
      data,
    }
  }
  const quotes = /^(?:"""|'''|"|')/.exec(file.text.slice(at.offset, at.offset + 3))?.[0].length ?? 0
  return {
    kind: 'scalar',
    value: decoded(file, value, at.offset + quotes, Math.max(0, at.length - 2 * quotes)),
    data,
  }
}
