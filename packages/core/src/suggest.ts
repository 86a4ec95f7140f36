/** The candidate nearest to what was written, or undefined: "did you mean". Case, `_` and `-` are free. */
export function nearest(written: string, candidates: readonly string[]): string | undefined {
  const plain = (text: string) => text.toLowerCase().replace(/[_\-\s]/g, '')
  const target = plain(written).slice(0, 40)
  let best: string | undefined
  let bestDistance = target.length > 5 ? 3 : 2
  for (const candidate of candidates) {
    const distance = levenshtein(target, plain(candidate))
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best
}

function levenshtein(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
