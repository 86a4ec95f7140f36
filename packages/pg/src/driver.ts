/**
 * The parts of pg that the guard stands on, as structural types (read from pg 8.11 to 8.23).
 * `client.connection` and its message names are not documented API: `missing` tests for them and the
 * guard refuses a client that lacks them.
 */
import type { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'

export interface PgConnection extends EventEmitter {
  stream: Socket
  ssl: unknown
  sslNegotiation?: string
  _ending: boolean
  _connecting?: boolean
  connect(port: number | string, host?: string): void
  requestSsl(): void
  query(text: string): void
  cancel(processID: number, secretKey: unknown): void
  password(password: string): void
  sendSASLInitialResponseMessage(mechanism: string, response: string): void
  sendSCRAMClientFinalMessage(data: string): void
}

export interface QueuedQuery {
  handleError(error: unknown, connection: PgConnection): void
}

export interface PgClient extends EventEmitter {
  host: string
  port: number
  ssl: unknown
  sslNegotiation?: string
  processID: number | null
  enableChannelBinding?: boolean
  connection: PgConnection
  connectionParameters: { ssl?: unknown }
  _queryable: boolean
  _connecting?: boolean
  _connected?: boolean
  _queryQueue?: QueuedQuery[]
  queryQueue?: QueuedQuery[]
  connect(callback?: ConnectCallback): unknown
  cancel?(client: PgClient, query: unknown): void
  end(callback?: () => void): unknown
}

export type ConnectCallback = (error: unknown, client?: PgClient) => void

/** Whether the shape that the gate needs is there; a native client has no `connection`. */
export const isObservable = (client: PgClient): boolean =>
  METHODS.every((name) => typeof client.connection?.[name] === 'function') &&
  Array.isArray(queueOf(client))

/** pg's private queue, renamed in 8.18. */
export const queueOf = (client: PgClient): QueuedQuery[] | undefined =>
  client._queryQueue ?? client.queryQueue

/** Fails whatever the application queued with the guard's own error, and accepts nothing more. */
export function failQueries(client: PgClient, error: unknown): void {
  client._queryable = false
  for (const query of queueOf(client)?.splice(0) ?? []) {
    process.nextTick(() => query.handleError(error, client.connection))
  }
}

const METHODS = [
  'connect',
  'query',
  'requestSsl',
  'cancel',
  'password',
  'sendSASLInitialResponseMessage',
  'sendSCRAMClientFinalMessage',
] as const
