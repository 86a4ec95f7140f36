import type { Document, Node, Pair, YAMLError } from 'yaml'
import { lazily } from '../lazily.js'
import type { SourceFile } from '../model.js'
import { decoded, join, literal, type Mapped } from './mapped.js'
import { DEEPEST, type Tree, type TreeEntry } from './tree.js'
import { withoutIrrelevantEntries } from './yaml-entries.js'

/** The documents of a YAML file, and why reading ended early. Aliases are not followed: what they repeat
 * is reported where it stands. */
export function yamlTrees(file: SourceFile): { trees: Tree[]; incomplete?: string } {
  const { documents, problem, source } = firstReadable(file.text)
  const trees = documents.flatMap(({ contents }) => convert(contents, file, source, 0) ?? [])
  return problem ? { trees, incomplete: `it is no valid YAML (${problem.code})` } : { trees }
}

/**
 * The text without what is irrelevant; all of it, since an alias may need that; then as what Helm makes of it.
 * Where none can be read the first error counts that is about the text itself.
 */
function firstReadable(written: string): Parsed {
  const text = blankControls(written)
  const reduced = parse(withoutIrrelevantEntries(text))
  if (!reduced.problem) return reduced
  const whole = parse(text)
  if (!whole.problem || !text.includes('{{')) return whole
  const filled = parse(withoutIrrelevantEntries(fillTemplates(written)))
  return filled.problem ? whole : filled
}

/** A text that was parsed: as long as the file's, and the same where no template is. */
interface Parsed {
  readonly source: string
  readonly documents: Document.Parsed[]
  readonly problem?: YAMLError | undefined
}

function parse(source: string): Parsed {
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
  return { source, documents, problem: documents.flatMap(({ errors }) => errors)[0] }
}

/** Helm's control lines are no YAML; spaces keep every offset where it was. */
const blankControls = (text: string): string =>
  text.includes('{{')
    ? text.replace(/^[ \t]*\{\{-?(?!\s*\.Values)[^{}\r\n]*\}\}[ \t]*$/gm, (line) =>
        ' '.repeat(line.length),
      )
    : text

/** Templates of whole lines or that yield some are nothing, the others one word: `key: {{ .Values.x }}`. */
const fillTemplates = (text: string): string =>
  text
    .replace(/^[ \t]*(?:\{\{[^{}]*\}\}[ \t]*)+$|\{\{[^{}]*\bnindent\b[^{}]*\}\}/gm, (lines) =>
      lines.replace(/[^\r\n]/g, ' '),
    )
    .replace(/\{\{[^{}]*\}\}/g, (template) => 'x'.repeat(template.length))

function convert(
  node: Node | null | undefined,
  file: SourceFile,
  source: string,
  depth: number,
): Tree | undefined {
  const { isAlias, isMap, isScalar, isSeq } = library()
  if (!node || isAlias(node) || depth > DEEPEST || !node.range) return undefined
  const [start, end] = node.range
  if (isMap(node)) {
    const entries = node.items.flatMap((pair): TreeEntry[] =>
      entry(pair as Pair<Node, Node | null>, file, source, depth),
    )
    return { kind: 'map', entries, at: file.range(start, end - start) }
  }
  if (isSeq(node)) {
    const items = node.items.flatMap((item) => convert(item as Node, file, source, depth + 1) ?? [])
    return { kind: 'list', items, at: file.range(start, end - start) }
  }
  if (!isScalar(node)) return undefined
  const { value } = node
  const data =
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? value
      : null
  return { kind: 'scalar', value: scalar(node, value, file, source, start, end), data }
}

function entry(
  pair: Pair<Node, Node | null>,
  file: SourceFile,
  source: string,
  depth: number,
): TreeEntry[] {
  const key = library().isScalar(pair.key) ? String(pair.key.value) : undefined
  const value = convert(pair.value, file, source, depth + 1)
  return key === undefined || !value ? [] : [{ key, value }]
}

/** A scalar's text with its places: what is quoted without escapes, and block scalars line by line. */
function scalar(
  node: { type?: string | undefined },
  value: unknown,
  file: SourceFile,
  source: string,
  start: number,
  end: number,
): Mapped {
  const text = typeof value === 'string' ? value : file.text.slice(start, end)
  if (node.type !== 'BLOCK_LITERAL' && node.type !== 'BLOCK_FOLDED') {
    const quote = node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE' ? 1 : 0
    const [from, length] = [start + quote, Math.max(0, end - start - 2 * quote)]
    const filled = source.slice(from, from + length) !== file.text.slice(from, from + length)
    return filled ? literal(file, from, length) : decoded(file, text, from, length)
  }
  const at = file.range(start, end - start)
  const folded = node.type === 'BLOCK_FOLDED'
  let from = start
  const pieces: (Mapped | string)[] = []
  // Each line of the value is looked for after the one before it: indentation is all that lies between.
  for (const line of text.split(folded ? /(?<=[\n ])/ : /(?<=\n)/)) {
    const bare = line.replace(/[\n ]$/, '')
    const found = bare === '' ? -1 : source.indexOf(bare, from)
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
