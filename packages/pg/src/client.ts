import {
  definePolicy,
  type Policy,
  type PolicyOptions,
  readHandedToPg,
  readPg,
} from '@verify-full/core'
import { type Guarded, guardedCancel, guardedConnect, type Placement } from './connect.js'
import type { ConnectCallback, PgClient } from './driver.js'
import { withoutTlsParameters } from './prepare.js'

// biome-ignore lint/suspicious/noExplicitAny: TypeScript requires any[] for the base of a mixin (TS2545)
type ClientClass = new (...args: any[]) => any

/**
 * A subclass of a pg `Client` class whose connections are all guarded: the seam for libraries that make
 * their own clients. Its constructor never throws: pg-pool calls it where nobody could catch; a refusal
 * is `connect()`'s. `placement` says in reports and messages whose configuration it is.
 *
 * @throws TypeError for an invalid policy.
 * @example
 * import { guardClass } from '@verify-full/pg'
 * import pg from 'pg'
 *
 * export const pool = new pg.Pool({ Client: guardClass(pg.Client) } as pg.PoolConfig)
 */
export function guardClass<C extends ClientClass>(
  Client: C,
  options?: PolicyOptions | Policy,
  placement?: Placement,
): C {
  const policy = definePolicy(options)
  if (policyOf(Client)) return Client
  const Guarded = subclass(Client, { policy, ...(placement ? { placement } : {}) })
  classes.set(Guarded, policy)
  return Guarded
}

/**
 * {@link guardClass} for a class through which every client of the process is made. A guard of the
 * application's own takes its place, client by client.
 */
export function guardAmbientClass<C extends ClientClass>(Client: C, policy: Policy): C {
  if (ambient.has(Client)) return Client
  const Guarded = subclass(Client, { policy, ambient: true })
  ambient.add(Guarded)
  return Guarded
}

/** The same in place, for a class that has been handed out already: clients are judged by what they hold. */
export function guardAmbientPrototype(Client: ClientClass, policy: Policy): void {
  const prototype = Client.prototype as PgClient
  if (ambient.has(Client)) return
  ambient.add(Client)
  const { connect, cancel } = prototype
  const known = (client: PgClient): Guarded =>
    guardedClients.get(client) ?? { policy, reading: undefined, ambient: true }
  prototype.connect = function (this: PgClient, callback?: ConnectCallback) {
    return guardedConnect(this, known(this), connect, callback)
  }
  if (!cancel) return
  prototype.cancel = function (this: PgClient, target: PgClient, query: unknown) {
    guardedCancel(this, known(this), cancel, target, query)
  }
}

function subclass<C extends ClientClass>(Client: C, guarded: Omit<Guarded, 'reading'>): C {
  const { policy, placement, ambient: byLibraries } = guarded
  // An application's own class is given what the application wrote.
  const read = placement?.read ?? (byLibraries ? readHandedToPg : readPg)
  const Guarded = class extends Client {
    // biome-ignore lint/suspicious/noExplicitAny: see ClientClass
    constructor(...args: any[]) {
      const [config = {}] = args
      const reading = read(config, process.env)
      super(policy.reportOnly ? config : withoutTlsParameters(config, reading))
      guardedClients.set(this as unknown as PgClient, { ...guarded, reading })
    }
    connect(callback?: ConnectCallback): unknown {
      const client = this as unknown as PgClient
      return guardedConnect(client, guardOf(client), super.connect, callback)
    }
    cancel(target: PgClient, query: unknown): void {
      const client = this as unknown as PgClient
      guardedCancel(client, guardOf(client), super.cancel, target, query)
    }
  }
  Object.defineProperty(Guarded, 'name', { value: Client.name })
  return Guarded as unknown as C
}

/** Guards one client that is not connected yet, in place. */
export function guardClient(client: PgClient, policy: Policy): void {
  const known = guardedClients.get(client)
  if (known && !known.ambient) return
  const { connect, cancel } = client
  guardedClients.set(client, { policy, reading: known?.reading })
  client.connect = (callback) => guardedConnect(client, guardOf(client), connect, callback)
  if (cancel) {
    client.cancel = (target, query) => guardedCancel(client, guardOf(client), cancel, target, query)
  }
}

/** The policy of a guarded class; undefined where it is none. */
export const policyOf = (Client: unknown): Policy | undefined =>
  typeof Client === 'function' ? classes.get(Client) : undefined

const guardOf = (client: PgClient): Guarded => {
  const guarded = guardedClients.get(client)
  if (!guarded) throw new TypeError('This client is not guarded')
  return guarded
}

const guardedClients = new WeakMap<PgClient, Guarded>()
const classes = new WeakMap<object, Policy>()
const ambient = new WeakSet<object>()
