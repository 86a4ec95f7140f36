/** The `index`-th of `count` parts of a scan, counted from 1. */
export interface Shard {
  readonly index: number
  readonly count: number
}

/** Whether a path belongs to a shard: by its name, so that parts agree without talking to each other. */
export function inShard(path: string, { index, count }: Shard): boolean {
  // FNV-1a, 32 bits.
  let hash = 0x811c9dc5
  for (let at = 0; at < path.length; at++) {
    hash = Math.imul(hash ^ path.charCodeAt(at), 0x01000193)
  }
  return (hash >>> 0) % count === index - 1
}
