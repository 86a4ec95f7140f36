import type { SourceFile } from '../model.js'
import { type HclToken, hclTokens } from './hcl-tokens.js'
import { decoded, literal } from './mapped.js'
import { DEEPEST, type Tree, type TreeEntry } from './tree.js'

/** A Terraform file: attributes are entries; a block is a map under its type and labels, joined by dots. */
export function hclTree(file: SourceFile): Tree {
  const reader = new HclReader(file)
  return { kind: 'map', entries: reader.body(0), at: file.range(0, file.text.length) }
}

class HclReader {
  readonly #file: SourceFile
  readonly #tokens: readonly HclToken[]
  #at = 0

  constructor(file: SourceFile) {
    this.#file = file
    this.#tokens = [...hclTokens(file.text)]
  }

  /** `name = value`, `name: value` and `type "label" { ... }`, until the bracket that ends it. */
  body(depth: number): TreeEntry[] {
    const entries: TreeEntry[] = []
    while (this.#at < this.#tokens.length) {
      if (this.#is('}')) {
        this.#at++
        return entries
      }
      const entry = this.#entry(depth)
      if (entry) entries.push(entry)
      else this.#at++
    }
    return entries
  }

  #entry(depth: number): TreeEntry | undefined {
    const start = this.#at
    const labels: string[] = []
    while (this.#token?.kind === 'name' || this.#token?.kind === 'string')
      labels.push(this.#text(this.#tokens[this.#at++]))
    if (labels.length === 0) return undefined
    const key = labels.join('.')
    if (this.#is('{')) return { key, value: this.#map(depth, start) }
    if (this.#is('=') || this.#is(':')) {
      this.#at++
      const value = this.#value(depth)
      return value && { key, value }
    }
    return undefined
  }

  /** One value; of an expression (a call, a condition, a sum) its strings, as a list. */
  #value(depth: number): Tree | undefined {
    const start = this.#at
    const parts: Tree[] = []
    while (
      this.#token &&
      this.#token.kind !== 'newline' &&
      !this.#is('}') &&
      !this.#is(']') &&
      !this.#is(')') &&
      !this.#is(',')
    ) {
      const part = this.#part(depth)
      if (part) parts.push(part)
    }
    if (parts.length === 1 && parts[0]) return parts[0]
    return parts.length === 0 ? undefined : { kind: 'list', items: parts, at: this.#range(start) }
  }

  #part(depth: number): Tree | undefined {
    const token = this.#token
    if (!token) return undefined
    if (this.#is('{')) return this.#map(depth, this.#at)
    if (this.#is('[') || this.#is('(')) return this.#list(depth)
    this.#at++
    return token.kind === 'mark' ? undefined : this.#scalar(token)
  }

  #map(depth: number, start: number): Tree {
    this.#at++
    const entries = depth > DEEPEST ? [] : this.body(depth + 1)
    return { kind: 'map', entries, at: this.#range(start) }
  }

  #list(depth: number): Tree {
    const start = this.#at++
    const items: Tree[] = []
    while (this.#token && !this.#is(']') && !this.#is(')')) {
      if (this.#is(',') || this.#token.kind === 'newline' || this.#is('}')) this.#at++
      else {
        const item = depth > DEEPEST ? undefined : this.#value(depth + 1)
        if (item) items.push(item)
        else if (depth > DEEPEST) this.#at++
      }
    }
    this.#at++
    return { kind: 'list', items, at: this.#range(start) }
  }

  #scalar({ kind, start, end }: HclToken): Tree {
    const raw = this.#file.text.slice(start, end)
    if (kind === 'string') {
      const text = raw.includes('\\')
        ? raw.replace(/\\(["\\])/g, '$1').replaceAll('\\n', '\n')
        : raw
      return { kind: 'scalar', value: decoded(this.#file, text, start, end - start), data: text }
    }
    const value = literal(this.#file, start, end - start)
    if (kind === 'heredoc') return { kind: 'scalar', value, data: raw }
    if (kind === 'number') return { kind: 'scalar', value, data: Number(raw) }
    // A reference (`var.sslmode`) is a variable like any other.
    const word =
      raw === 'true' || raw === 'false' ? raw === 'true' : raw === 'null' ? null : `\${${raw}}`
    const text = typeof word === 'string' ? word : raw
    return {
      kind: 'scalar',
      value: { ...value, text, segments: text === raw ? value.segments : [] },
      data: word,
    }
  }

  get #token(): HclToken | undefined {
    return this.#tokens[this.#at]
  }

  #is(mark: string): boolean {
    const token = this.#token
    return token?.kind === 'mark' && this.#file.text[token.start] === mark
  }

  #text(token: HclToken | undefined): string {
    return token ? this.#file.text.slice(token.start, token.end) : ''
  }

  #range(start: number) {
    const offset = this.#tokens[start]?.start ?? 0
    const end = this.#tokens[Math.min(this.#at, this.#tokens.length) - 1]?.end ?? offset
    return this.#file.range(offset, Math.max(0, end - offset))
  }
}
