/**
 * Values by key, of which the least recently used ones are forgotten when all of them together are too large.
 *
 * @example
 * import { recent } from './recent.js'
 *
 * const squares = recent<number, number>(100, () => 1)
 * squares(7, () => 7 * 7)
 */
export function recent<Key, Value>(
  largest: number,
  sizeOf: (value: Value) => number,
): (key: Key, make: () => Value) => Value {
  const values = new Map<Key, { value: Value; size: number }>()
  let size = 0
  return (key, make) => {
    const known = values.get(key)
    if (known) {
      values.delete(key)
      values.set(key, known)
      return known.value
    }
    const value = make()
    const made = { value, size: sizeOf(value) }
    values.set(key, made)
    size += made.size
    for (const [oldest, it] of values) {
      if (size <= largest) break
      values.delete(oldest)
      size -= it.size
    }
    return value
  }
}
