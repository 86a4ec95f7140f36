const MASK = '***'

/** From, and to before which, a text is secret. */
export type Span = readonly [start: number, end: number]

/** What is a secret by its name: the value after it is never shown. */
const NAMED_SECRET =
  /(?:pass(?:word|wd|phrase|code)?|pwd|secret|token|api[_-]?key|private[_-]?key|access[_-]?key|credentials?|user(?:name)?|login)[\w.-]*["'`]?\s{0,9}(?:=>|[:=])\s{0,9}("(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|`[^`]*`?|[^\s,;&}\]]+(?:\s+(?![\w.-]+\s*[=:])[^\s,;&}\]]+)*)/gi
/** What looks random: keys, tokens, hashes. */
const RANDOM = /[A-Za-z0-9+/_=-]{20,}/g

/** Where a line holds what looks like a secret. */
export function secretsIn(line: string): Span[] {
  const spans: Span[] = []
  // Of every URL, everything between `://` and its last `@`, whatever it is made of: a `://` before the
  // next `@` may be part of a password, so what stands before it is not shown either.
  const pieces = line.split('://')
  let start = (pieces[0] ?? '').length + 3
  let open: number | undefined
  for (const piece of pieces.slice(1)) {
    const at = piece.lastIndexOf('@')
    open ??= start
    if (at >= 0) {
      spans.push([open, start + at])
      open = undefined
    }
    start += piece.length + 3
  }
  const inUrls = [...spans]
  for (const match of line.matchAll(NAMED_SECRET)) {
    // `user:` at the beginning of a URL is no key.
    if (inUrls.some(([start, end]) => match.index >= start && match.index <= end)) continue
    const end = match.index + match[0].length
    spans.push([end - (match[1]?.length ?? 0), end])
  }
  for (const { index, 0: word } of line.matchAll(RANDOM)) {
    const mixed = /[A-Z]/.test(word) && /[a-z]/.test(word) && /\d/.test(word)
    if (mixed || /^[0-9a-f]{32,}$/i.test(word)) spans.push([index, index + word.length])
  }
  return spans
}

export function merge(spans: readonly Span[], length: number): Span[] {
  const sorted = spans
    .map(([start, end]): Span => [Math.max(0, start), Math.min(length, end)])
    .filter(([start, end]) => start < end)
    .sort(([a], [b]) => a - b)
  const merged: Span[] = []
  for (const [start, end] of sorted) {
    const last = merged.at(-1)
    if (last && start <= last[1]) merged[merged.length - 1] = [last[0], Math.max(last[1], end)]
    else merged.push([start, end])
  }
  return merged
}

/** The text with every span replaced, and where a position of the original is in it. */
export function mask(
  text: string,
  spans: readonly Span[],
): { text: string; position(at: number): number } {
  let out = ''
  let from = 0
  for (const [start, end] of spans) {
    out += text.slice(from, start) + MASK
    from = end
  }
  return {
    text: out + text.slice(from),
    position(at) {
      let shift = 0
      for (const [start, end] of spans) {
        if (at >= end) shift += MASK.length - (end - start)
        else if (at > start) return start + shift
      }
      return at + shift
    },
  }
}

/** A line with everything that looks like a secret masked. */
export const masked = (line: string): string => mask(line, merge(secretsIn(line), line.length)).text
