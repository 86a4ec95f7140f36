import type { Node, ParseError } from 'jsonc-parser'
import { lazily } from '../lazily.js'
import type { Range, SourceFile } from '../model.js'
import { decoded } from './mapped.js'
import { DEEPEST, type Tree, type TreeEntry } from './tree.js'

const library = lazily<typeof import('jsonc-parser')>('jsonc-parser')

/** A JSON or JSONC file (comments and trailing commas allowed), and why reading ended early. */
export function jsonTree(file: SourceFile): { tree?: Tree; incomplete?: string } {
  if (deepest(file.text) > DEEPEST) return { incomplete: 'it is nested too deeply' }
  const { parseTree, printParseErrorCode } = library()
  const errors: ParseError[] = []
  const root = parseTree(file.text, errors, { allowTrailingComma: true, allowEmptyContent: true })
  const tree = root && convert(root, file)
  const [problem] = errors
  return {
    ...(tree ? { tree } : {}),
    ...(problem
      ? { incomplete: `it is no valid JSON (${printParseErrorCode(problem.error)})` }
      : {}),
  }
}

/** How deep brackets go, strings skipped: the parser recurses, and so a file could exhaust the stack. */
function deepest(text: string): number {
  let [depth, most, quoted] = [0, 0, false]
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (quoted) {
      if (code === 92) at++
      else if (code === 34 || code === 10) quoted = false
    } else if (code === 34) quoted = true
    else if (code === 91 || code === 123) most = Math.max(most, ++depth)
    else if (code === 93 || code === 125) depth--
  }
  return most
}

function convert(node: Node, file: SourceFile): Tree {
  const { offset, length, children = [] } = node
  if (node.type === 'object') {
    const entries = children.flatMap((property, index): TreeEntry[] => {
      const [key, value] = property.children ?? []
      if (!key || !value) return []
      const removal = removalOf(property, children[index + 1], children[index - 1], file)
      return [{ key: String(key.value), value: convert(value, file), removal }]
    })
    return { kind: 'map', entries, at: file.range(offset, length) }
  }
  if (node.type === 'array') {
    return {
      kind: 'list',
      items: children.map((child) => convert(child, file)),
      at: file.range(offset, length),
    }
  }
  if (node.type === 'string') {
    const text = String(node.value)
    return {
      kind: 'scalar',
      value: decoded(file, text, offset + 1, Math.max(0, length - 2)),
      data: text,
    }
  }
  const text = file.text.slice(offset, offset + length)
  return {
    kind: 'scalar',
    value: decoded(file, text, offset, length),
    data: node.value as number | boolean | null,
  }
}

/** A property with the comma that goes with it: the one after it, or else the one before it. */
function removalOf(
  property: Node,
  next: Node | undefined,
  previous: Node | undefined,
  file: SourceFile,
): Range {
  const end = property.offset + property.length
  if (next) return file.range(property.offset, next.offset - property.offset)
  const start = previous ? previous.offset + previous.length : property.offset
  return file.range(start, end - start)
}
