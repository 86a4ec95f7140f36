import { isAbsolute } from 'node:path'
import { isBinary } from './bytes.js'
import { namedExtractorOf } from './extract/registry.js'
import { isCandidate } from './files/marks.js'
import { readBytes } from './files/read-bytes.js'
import { inShard } from './files/shard.js'
import { isGenerated } from './files/skipped.js'
import type { Walked } from './files/walk.js'
import { wanted } from './files/wanted.js'
import type { ScanReport } from './model.js'
import type { ScanOptions } from './options.js'

/** A file that has something to say, or that could not be read. */
export interface Sifted extends Walked {
  /** Bytes. */
  readonly size: number
}

/** Files that are examined in one go: so many, or of so many bytes together. */
const CHUNK = { files: 16, bytes: 500_000 }

/** Puts files together to be examined in one go. */
export function* inChunks(files: Iterable<Sifted>): Generator<readonly Sifted[]> {
  let chunk: Sifted[] = []
  let bytes = 0
  for (const file of files) {
    chunk.push(file)
    bytes += file.size
    if (chunk.length < CHUNK.files && bytes < CHUNK.bytes) continue
    yield chunk
    chunk = []
    bytes = 0
  }
  if (chunk.length > 0) yield chunk
}

/** What is counted on the way. */
export type Counts = { -readonly [Key in keyof ScanReport['files']]: number }

/** The bytes of a file of the scan, valid until the next call; or why there are none. */
export function readFile(
  path: string,
  { root }: ScanOptions,
  staged: ReadonlyMap<string, Buffer> | undefined,
): Buffer | string {
  return staged?.get(path) ?? readBytes(isAbsolute(path) ? path : `${root}/${path}`)
}

/**
 * The files of a scan that have to be examined; the others are only counted.
 *
 * @param last Gets those that are examined when all others have been: what the others say of hosts decides.
 */
export function* sift(
  options: ScanOptions,
  staged: ReadonlyMap<string, Buffer> | undefined,
  counts: Counts,
  last: Sifted[],
): Generator<Sifted> {
  for (const walked of wanted(options, staged)) {
    const { path, problem } = walked
    if (options.shard && !inShard(path, options.shard)) continue
    counts.scanned++
    options.onProgress?.(counts.scanned)
    const read = problem ?? readFile(path, options, staged)
    if (typeof read === 'string') {
      yield { path, problem: read, size: 0 }
      continue
    }
    counts.bytes += read.length
    const named = namedExtractorOf(path)
    if (!isCandidate(read) && !named?.always) continue
    if (isBinary(read) || (options.ignore !== false && isGenerated(read))) continue
    counts.parsed++
    const sifted = { path, size: read.length }
    if (named?.last) last.push(sifted)
    else yield sifted
  }
}
