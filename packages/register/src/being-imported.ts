/**
 * An application may import a package of ours at the very moment in which it requires a driver. Node cannot
 * give what is being imported to a `require`, and nothing may run unguarded meanwhile.
 */
import type { Policy } from '@verify-full/core'
import type { guardAmbientPrototype } from '@verify-full/pg/ambient'
import { importGuardsOfPg } from './lazily.js'

export type ClientClass = Parameters<typeof guardAmbientPrototype>[0]

/**
 * What `load` returns, or what `instead` does where it fails: Node has a different error for each moment of
 * an import. A package that cannot be loaded at all fails there as well.
 */
export function loadedOr<T, U>(load: () => T, instead: (cause: unknown) => U): T | U {
  try {
    return load()
  } catch (error) {
    return instead(error)
  }
}

/** Guards a class of pg in place; its clients connect when the guard is there. */
export function guardWhenLoaded(Client: ClientClass, policy: Policy): void {
  if (waiting.has(Client)) return
  waiting.add(Client)
  const prototype = Client.prototype as { connect: (callback?: unknown) => unknown }
  const { connect } = prototype
  const guarded = importGuardsOfPg().then(({ guardAmbientPrototype }) => {
    prototype.connect = connect
    guardAmbientPrototype(Client, policy)
  })
  prototype.connect = function (callback) {
    const connected = guarded.then(() => prototype.connect.call(this, callback))
    return callback ? undefined : connected
  }
}

const waiting = new WeakSet<ClientClass>()

/** @throws {TypeError} always: what postgres.js exports is called at once. */
export function refuseToLoad(cause: unknown): never {
  const message =
    '@verify-full/register cannot guard postgres.js while a package of @verify-full is being imported: await that import first'
  throw new TypeError(message, { cause })
}
