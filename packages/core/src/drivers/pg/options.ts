/** Options as handed to `new pg.Client()`; pg itself reads them loosely, so anything may be in it. */
export type PgConfig = Readonly<Record<string, unknown>>

/** Environment variables, usually `process.env`. */
export type Env = Readonly<Record<string, string | undefined>>

/** Whether a value can carry options: pg copies own enumerable properties, of functions too. */
export const isBag = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function'

/** Reads a property as `object[key]` does; a getter that throws reads as undefined. */
export function peek(from: unknown, key: string): unknown {
  if (!isBag(from)) return undefined
  try {
    return (from as PgConfig)[key]
  } catch {
    return undefined
  }
}

/** Whether `Object.assign` would copy the property: own and enumerable. */
export function copies(from: object, key: string): boolean {
  try {
    return Object.getOwnPropertyDescriptor(from, key)?.enumerable === true
  } catch {
    return false
  }
}

/** Reads a property as it arrives after `Object.assign({}, from)`. */
export const peekCopied = (from: unknown, key: string): unknown =>
  isBag(from) && copies(from, key) ? peek(from, key) : undefined

/** Whether `key in from`, inherited properties included. */
export function has(from: object, key: string): boolean {
  try {
    return key in from
  } catch {
    return false
  }
}

/** Names of the own enumerable properties; none where a proxy refuses to tell. */
export function keysOf(from: unknown): readonly string[] {
  if (!isBag(from)) return []
  try {
    return Object.keys(from)
  } catch {
    return []
  }
}
