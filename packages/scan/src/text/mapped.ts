import type { Range, SourceFile } from '../model.js'

/** Characters of a value that stand in the file as they are. */
interface Segment {
  /** Offset in the value. */
  readonly start: number
  /** Offset in the file. */
  readonly offset: number
  readonly length: number
}

/** A value as its reader gets it, and where its characters stand in the file. */
export interface Mapped {
  readonly text: string
  /** The whole value in the file, quotes excluded. */
  readonly at: Range
  readonly segments: readonly Segment[]
}

/** A value that stands in the file exactly as it is. */
export const literal = (file: SourceFile, offset: number, length: number): Mapped => ({
  text: file.text.slice(offset, offset + length),
  at: file.range(offset, length),
  segments: [{ start: 0, offset, length }],
})

/** A value that was decoded (escapes, base64, folding): only its whole place is known. */
export const decoded = (file: SourceFile, text: string, offset: number, length: number): Mapped =>
  file.text.slice(offset, offset + length) === text
    ? literal(file, offset, length)
    : { text, at: file.range(offset, length), segments: [] }

/** Puts a value together from pieces; what a piece cannot place stays unplaced. */
export function join(at: Range, pieces: readonly (Mapped | string)[]): Mapped {
  let text = ''
  const segments: Segment[] = []
  for (const piece of pieces) {
    if (typeof piece === 'string') text += piece
    else {
      for (const { start, ...rest } of piece.segments)
        segments.push({ start: start + text.length, ...rest })
      text += piece.text
    }
  }
  return { text, at, segments }
}

/** A part of a value, with its places. */
export function slice(value: Mapped, from: number, to: number, file: SourceFile): Mapped {
  const segments: Segment[] = []
  for (let index = firstSegment(value.segments, from); index < value.segments.length; index++) {
    const { start, offset, length } = value.segments[index] as Segment
    if (start >= to) break
    const first = Math.max(from, start)
    const last = Math.min(to, start + length)
    if (first < last)
      segments.push({ start: first - from, offset: offset + first - start, length: last - first })
  }
  const at = place(value, from, to - from, file) ?? value.at
  return { text: value.text.slice(from, to), at, segments }
}

/** The exact place of a part of a value; undefined where the file spells it differently. */
export function place(
  { segments }: Mapped,
  start: number,
  length: number,
  file: SourceFile,
): Range | undefined {
  const segment = segments[firstSegment(segments, start)]
  if (!segment || start < segment.start || start + length > segment.start + segment.length)
    return undefined
  return file.range(segment.offset + start - segment.start, length)
}

/** Where a part of a value stands, piece by piece; the whole value where nothing of it is placed. */
export function placesOf(value: Mapped, from: number, to: number, file: SourceFile): Range[] {
  if (value.segments.length === 0) return [value.at]
  return slice(value, from, to, file).segments.map(({ offset, length }) =>
    file.range(offset, length),
  )
}

/** The index of the first segment that ends after a position: values of many lines have many segments. */
function firstSegment(segments: readonly Segment[], position: number): number {
  let [low, high] = [0, segments.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const { start, length } = segments[middle] as Segment
    if (start + length > position) high = middle
    else low = middle + 1
  }
  return low
}
