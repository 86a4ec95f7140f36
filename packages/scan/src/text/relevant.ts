import { MARK } from '../files/marks.js'

/**
 * What a part of a file says when it can be about PostgreSQL. Wider than the marks that a whole file needs, so
 * that of a file that is read nothing is lost: any case, words without quotes, characters that are escaped.
 */
const RELEVANT = new RegExp(`${MARK.source}|\\bpg\\b|dbname|\\\\[ux]`, 'gi')

/** Answers whether a part of a text is relevant, each time without reading it again. */
export function relevantParts(text: string): (start: number, end: number) => boolean {
  const marks = [...text.matchAll(RELEVANT)]
  return (start, end) => {
    let [low, high] = [0, marks.length]
    while (low < high) {
      const middle = (low + high) >> 1
      const { index, 0: mark } = marks[middle] as RegExpExecArray
      if (index + mark.length > start) high = middle
      else low = middle + 1
    }
    return (marks[low]?.index ?? Number.POSITIVE_INFINITY) < end
  }
}
