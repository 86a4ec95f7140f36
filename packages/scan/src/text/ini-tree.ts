import type { SourceFile } from '../model.js'
import { literal } from './mapped.js'
import type { Tree, TreeEntry } from './tree.js'

export interface IniDialect {
  /** What may separate a key from its value. */
  readonly separators: string
  /** What begins a comment, at the beginning of a line. */
  readonly comments: string
}

/** A file of `key = value` lines, in sections or not; sections become maps under their names. */
export function iniTree(file: SourceFile, { separators, comments }: IniDialect): Tree {
  const whole = file.range(0, file.text.length)
  const root: TreeEntry[] = []
  let entries = root
  for (const match of file.text.matchAll(/[^\r\n]+/g)) {
    const [line] = match
    const indent = line.length - line.trimStart().length
    const bare = line.trim()
    const start = match.index + indent
    if (bare === '' || comments.includes(bare[0] ?? '')) continue
    if (bare.startsWith('[') && bare.includes(']')) {
      entries = []
      const at = file.range(start, bare.length)
      root.push({ key: bare.slice(1, bare.indexOf(']')), value: { kind: 'map', entries, at } })
      continue
    }
    const cut = [...bare].findIndex((character) => separators.includes(character))
    if (cut < 0) continue
    const rest = bare.slice(cut + 1)
    const value = rest.trimStart()
    const quoted = /^(["'])(.*)\1$/s.exec(value)
    const from = start + cut + 1 + (rest.length - value.length) + (quoted ? 1 : 0)
    const mapped = literal(file, from, (quoted?.[2] ?? value).length)
    entries.push({
      key: bare.slice(0, cut).trim(),
      value: { kind: 'scalar', value: mapped, data: mapped.text },
    })
  }
  return { kind: 'map', entries: root, at: whole }
}
