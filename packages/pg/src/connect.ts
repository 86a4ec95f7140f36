import { Socket } from 'node:net'
import {
  admit,
  type Finding,
  type PgReading,
  type Plan,
  type Policy,
  type PolicyError,
  planPgHeld,
  type readPg,
  sharedSet,
} from '@verify-full/core'
import { type ConnectCallback, failQueries, isObservable, type PgClient } from './driver.js'
import { shutGate } from './gate.js'
import { readMaterial } from './material.js'
import { pin } from './pin.js'

/** What the guard knows of a client: its policy, and its configuration where it saw it. */
export interface Guarded {
  readonly policy: Policy
  readonly reading: PgReading | undefined
  readonly placement?: Placement
  /** Guarded because every client of the process is: a guard of the application's own takes its place. */
  readonly ambient?: boolean
}

/** Who configured the client, for plans and messages: an adapter's name, and which of its connections. */
export interface Placement extends Pick<Plan, 'driver' | 'name'> {
  /** How the client's options are read where a library made them from something else. @default readPg */
  readonly read?: typeof readPg
  /** Puts a plan in the library's terms: `ssl.ca` is `connection.ssl.ca` to Knex. @default as it is */
  readonly restate?: (plan: Plan) => Plan
}

/** `Client#connect` under guard: judged by what the client holds now, pinned, gated. */
export function guardedConnect(
  client: PgClient,
  guarded: Guarded,
  connect: PgClient['connect'],
  callback?: ConnectCallback,
): unknown {
  // pg refuses to connect a client again: what stands on the first connection stays as it is.
  if (armed.has(client) || client._connecting || client._connected) {
    return connect.call(client, callback)
  }
  if (!callback) {
    return new Promise((resolve, reject) => {
      guardedConnect(client, guarded, connect, (error) => (error ? reject(error) : resolve(client)))
    })
  }
  const refused = arm(client, guarded)
  if (!refused) return whileArmed(client, () => connect.call(client, callback))
  failQueries(client, refused)
  process.nextTick(callback, refused)
  return undefined
}

/**
 * `Client#cancel` under guard: pg sends the cancel key in plaintext (pg 8.23.1 client.js:574); here the
 * request goes through a verified TLS connection like everything else.
 */
export function guardedCancel(
  client: PgClient,
  guarded: Guarded,
  cancel: NonNullable<PgClient['cancel']>,
  target: PgClient,
  query: unknown,
): void {
  if (armed.has(client)) {
    cancel.call(client, target, query)
    return
  }
  client.connection?.on('error', () => {})
  if (arm(client, guarded)) return
  const { connection } = client
  const send = connection.cancel
  if (client.ssl) {
    connection.cancel = (...key) => {
      connection.once('sslconnect', () => send.apply(connection, key))
      if (connection.sslNegotiation !== 'direct') connection.requestSsl()
    }
  }
  whileArmed(client, () => cancel.call(client, target, query))
}

/** Guards of one client may be stacked: the outermost judges, the others pass on. */
function whileArmed<T>(client: PgClient, run: () => T): T {
  armed.add(client)
  try {
    return run()
  } finally {
    armed.delete(client)
  }
}
const armed = sharedSet<PgClient>('@verify-full/pg.armed')

/** Judges and pins a client and shuts its gate; returns the refusal where there is one. */
function arm(client: PgClient, { policy, reading, placement }: Guarded): PolicyError | undefined {
  const { driver = 'pg', name, restate = (plan: Plan) => plan } = placement ?? {}
  const held = restate(planPgHeld(heldBy(client), reading, process.env))
  const plan = { ...held, driver, ...(name === undefined ? {} : { name }) }
  const material = readMaterial(plan, policy, reading)
  const also = [...material.findings, ...(reading?.fatal ? [FATAL] : [])]
  const admission = admit(plan, policy, also)
  if (admission.refused) return admission.refused
  const { accepted, report } = admission
  // Report-only changes nothing on the wire but the question.
  if (!isObservable(client)) return undefined
  if (!policy.reportOnly) pin(client, accepted, policy, material)
  shutGate(client, { plan, policy, report, roots: material.roots?.source ?? null })
  return undefined
}

/** A configuration that pg itself would throw for: its client is a stub. */
const FATAL: Finding = {
  rule: 'ssl-value-fatal',
  origin: { via: 'option', key: 'connectionString' },
}

function heldBy(client: PgClient): Parameters<typeof planPgHeld>[0] {
  const { connection } = client
  return {
    host: client.host,
    port: Number(client.port),
    ssl: client.ssl,
    connectionSsl: connection?.ssl,
    negotiation:
      (connection?.sslNegotiation ?? client.sslNegotiation) === 'direct' ? 'direct' : 'postgres',
    observable: isObservable(client) && connection.stream?.constructor === Socket,
  }
}
