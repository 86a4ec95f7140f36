/**
 * A set that all copies of this package in a thread share, of whichever version: a loader (tsx) makes a second copy
 * of what `import` and `require` both load, dependencies bring others, and a guard of one has to know what a guard of
 * another has done. For marks only.
 */
export function sharedSet<T extends object>(name: string): WeakSet<T> {
  const place = globalThis as { [key: symbol]: WeakSet<T> | undefined }
  const key = Symbol.for(name)
  const set = place[key] ?? new WeakSet<T>()
  place[key] = set
  return set
}
