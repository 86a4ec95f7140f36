import type { Document, Node, Pair, YAMLError } from 'yaml'
import { lazily } from '../lazily.js'
import type { SourceFile } from '../model.js'
import { decoded, join, literal, type Mapped } from './mapped.js'
import { DEEPEST, type Tree, type TreeEntry } from './tree.js'
import { withoutIrrelevantEntries } from './yaml-entries.js'

/** The documents of a YAML file, and why reading ended early. Aliases are not followed: what they repeat
 * is reported where it stands. Templates (`{{ ... }}` on a line of its own) are blanked out first. */
export function yamlTrees(file: SourceFile): { trees: Tree[]; incomplete?: string } {
  const text = blankTemplates(file.text)
  const relevant = parse(withoutIrrelevantEntries(text))
  // An error may be one of the reduction, which knows nothing of aliases.
  const { documents, problem } = relevant.problem ? parse(text) : relevant
  const trees = documents.flatMap(({ contents }) => convert(contents, file, 0) ?? [])
  return problem ? { trees, incomplete: `it is no valid YAML (${problem.code})` } : { trees }
}

function parse(source: string): { documents: Document.Parsed[]; problem?: YAMLError | undefined } {
  const { LineCounter, parseAllDocuments } = library()
  const parsed = parseAllDocuments(source, {
    keepSourceTokens: false,
    lineCounter: new LineCounter(),
    logLevel: 'silent',
    prettyErrors: false,
    strict: false,
    uniqueKeys: false,
    merge: false,
  })
  const documents = Array.isArray(parsed) ? parsed : []
  return { documents, problem: documents.flatMap(({ errors }) => errors)[0] }
}

/** Helm's control lines are no YAML; spaces keep every offset where it was. */
const blankTemplates = (text: string): string =>
  text.includes('{{')
    ? text.replace(/^[ \t]*\{\{-?(?!\s*\.Values)[^{}\r\n]*\}\}[ \t]*$/gm, (line) =>
        ' '.repeat(line.length),
      )
    : text

function convert(node: Node | null | undefined, file: SourceFile, depth: number): Tree | undefined {
  const { isAlias, isMap, isScalar, isSeq } = library()
  if (!node || isAlias(node) || depth > DEEPEST || !node.range) return undefined
  const [start, end] = node.range
  if (isMap(node)) {
    const entries = node.items.flatMap((pair): TreeEntry[] =>
      entry(pair as Pair<Node, Node | null>, file, depth),
    )
    return { kind: 'map', entries, at: file.range(start, end - start) }
  }
  if (isSeq(node)) {
    const items = node.items.flatMap((item) => convert(item as Node, file, depth + 1) ?? [])
    return { kind: 'list', items, at: file.range(start, end - start) }
  }
  if (!isScalar(node)) return undefined
  const { value } = node
  const data =
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? value
      : null
  return { kind: 'scalar', value: scalar(node, value, file, start, end), data }
}

function entry(pair: Pair<Node, Node | null>, file: SourceFile, depth: number): TreeEntry[] {
  const key = library().isScalar(pair.key) ? String(pair.key.value) : undefined
  const value = convert(pair.value, file, depth + 1)
  return key === undefined || !value ? [] : [{ key, value }]
}

/** A scalar's text with its places: what is quoted without escapes, and block scalars line by line. */
function scalar(
  node: { type?: string | undefined },
  value: unknown,
  file: SourceFile,
  start: number,
  end: number,
): Mapped {
  const text = typeof value === 'string' ? value : file.text.slice(start, end)
  if (node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE') {
    return decoded(file, text, start + 1, Math.max(0, end - start - 2))
  }
  if (node.type !== 'BLOCK_LITERAL' && node.type !== 'BLOCK_FOLDED') {
    return decoded(file, text, start, end - start)
  }
  const at = file.range(start, end - start)
  const folded = node.type === 'BLOCK_FOLDED'
  let from = start
  const pieces: (Mapped | string)[] = []
  // Each line of the value is looked for after the one before it: indentation is all that lies between.
  for (const line of text.split(folded ? /(?<=[\n ])/ : /(?<=\n)/)) {
    const bare = line.replace(/[\n ]$/, '')
    const found = bare === '' ? -1 : file.text.indexOf(bare, from)
    if (found < 0 || found + bare.length > end) pieces.push(line)
    else {
      pieces.push(literal(file, found, bare.length), line.slice(bare.length))
      from = found + bare.length
    }
  }
  return join(at, pieces)
}

/** The parser. To load it takes longer than all else that a start needs. */
const library = lazily<typeof import('yaml')>('yaml')
