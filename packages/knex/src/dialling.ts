import { AsyncLocalStorage } from 'node:async_hooks'
import type { AnyClass, Connection, DialectClass } from './client.js'

/** What a dialect of the application's own may replace to dial by itself. */
const METHODS = ['acquireRawConnection', '_acquireOnlyConnection'] as const

/** Whether a dialect dials otherwise than Knex's own does. */
export const dialsOtherwise = (Dialect: DialectClass, Knexs: DialectClass): boolean =>
  METHODS.some((method) => Dialect.prototype[method] !== Knexs.prototype[method])

/** Refuses a client of pg by throwing. */
type Refuse = (client: Connection) => void

/**
 * Runs what opens a connection of a dialect; any client of pg that connects meanwhile is put to `refuse`
 * before its socket is opened. A dialect that leaves the guarded Client aside would have sent the password
 * by the time that what it returns can be looked at.
 */
export async function refusingOthers<T>(
  Guarded: AnyClass,
  refuse: Refuse,
  dial: () => Promise<T>,
): Promise<T> {
  watchConnect(Guarded)
  const current: { refuse?: Refuse } = { refuse }
  try {
    return await dialling.run(current, dial)
  } finally {
    // What the dialect has left running is no part of this any more.
    delete current.refuse
  }
}

const dialling = new AsyncLocalStorage<{ refuse?: Refuse }>()

/** Every client of that copy of pg comes by here, if only to be let through. */
function watchConnect(Guarded: AnyClass): void {
  // Above the guard's own, which is a subclass.
  let prototype = Object.getPrototypeOf(Guarded.prototype)
  while (prototype && !Object.hasOwn(prototype, 'connect'))
    prototype = Object.getPrototypeOf(prototype)
  if (!prototype || watched.has(prototype)) return
  watched.add(prototype)
  const { connect } = prototype
  prototype.connect = function (this: Connection, callback?: (error: unknown) => void) {
    try {
      dialling.getStore()?.refuse?.(this)
    } catch (error) {
      if (!callback) return Promise.reject(error)
      process.nextTick(callback, error)
      return undefined
    }
    return connect.call(this, callback)
  }
}

const watched = new WeakSet<object>()
