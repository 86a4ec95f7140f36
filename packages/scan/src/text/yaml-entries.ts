import { relevantParts } from './relevant.js'

/** Where an entry of a map begins that is a document by itself. */
const KEY = /^(?:[\w.$/-]+|"[^"\r\n]*"|'[^'\r\n]*')[ \t]*:(?=\s)/gm
const DOCUMENT = /(?<![\s\S])|^---/gm

/** What other entries stand on: hosts that are local, the kind of a manifest whose data is base64. */
const NEEDED = /\bservices\b|^kind:\s*["']?Secret\b/m

interface Part {
  readonly start: number
  readonly end: number
}

/**
 * A YAML text without what says nothing about PostgreSQL in the maps that its documents are: jobs of GitLab,
 * values of Helm, manifests. Such an entry becomes a comment of its length, so that all offsets stay. An alias
 * of what it anchors is then an error.
 */
export function withoutIrrelevantEntries(text: string): string {
  const relevant = relevantParts(text)
  const isNeeded = ({ start, end }: Part): boolean =>
    relevant(start, end) || NEEDED.test(text.slice(start, end))
  let kept = ''
  let from = 0
  for (const document of partsAt(DOCUMENT, text, { start: 0, end: text.length })) {
    const entries = partsAt(KEY, text, document)
    // Its short entries may be options of one connection, to which the long ones belong.
    if (entries.some((it) => isShort(text, it) && isNeeded(it))) continue
    for (const entry of entries) {
      if (isShort(text, entry) || isNeeded(entry)) continue
      kept += `${text.slice(from, entry.start)}#${' '.repeat(entry.end - entry.start - 2)}\n`
      from = entry.end
    }
  }
  return kept + text.slice(from)
}

/** What begins at each match, up to the next one; what stands before the first one stays as it is. */
function partsAt(begin: RegExp, text: string, { start, end }: Part): Part[] {
  const starts = [...text.slice(start, end).matchAll(begin)].map(({ index }) => start + index)
  return starts.map((at, index) => ({ start: at, end: starts[index + 1] ?? end }))
}

/** Entries of one line, and one that ends without a line's end, stay as they are. */
const isShort = (text: string, { start, end }: Part): boolean =>
  text[end - 1] !== '\n' || !/\n[ \t]*[^\s#]/.test(text.slice(start, end))
