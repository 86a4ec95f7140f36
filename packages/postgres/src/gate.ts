/**
 * The gate: the server's first ReadyForQuery is held back until pg_stat_ssl has answered on that very
 * connection. It stands on the bytes that the socket hands to postgres.js, and leaves once it is open.
 */
import type { Socket } from 'node:net'
import {
  CONNECTION,
  type Dialled,
  type Finding,
  judgeSession,
  observeTls,
  QUESTION,
  type SessionReport,
  wireRefusal,
} from '@verify-full/core'
import { connectionClosed } from './failure.js'
import {
  type BackendMessage,
  backendMessages,
  dataRow,
  isCancelRequest,
  simpleQuery,
  sqlState,
} from './messages.js'

/** What comes of a gate, once. */
export interface Outcome {
  accepted(report: SessionReport): void
  refused(error: Error): void
}

/** Shuts the gate on a socket on which the startup packet is about to be sent. */
export function shutGate(socket: Socket, dialled: Dialled, { accepted, refused }: Outcome): void {
  const { plan, policy } = dialled
  const emit = socket.emit as (name: string | symbol, ...args: unknown[]) => boolean
  const write = socket.write as (bytes: Buffer, ...more: unknown[]) => boolean
  const [transport] = plan.transports
  const tls = transport.kind === 'tls'
  const asks = tls && policy.sessionCheck === 'both'
  const bind = tls && policy.channelBinding === 'require' && !policy.reportOnly
  const messages = backendMessages()
  let state: 'startup' | 'asked' | 'open' | 'refused' = 'startup'
  let timer: NodeJS.Timeout | undefined
  let sent = false
  let held: Buffer | undefined
  let row: readonly (string | null)[] | undefined
  let failure: { readonly code: string } | undefined
  let processID: number | null = null

  const pass = (bytes: Buffer) => emit.call(socket, 'data', bytes)
  const leave = () => {
    clearTimeout(timer)
    for (const own of ['emit', 'write']) delete (socket as unknown as Record<string, unknown>)[own]
  }
  const end = (error: Error) => {
    state = 'refused'
    clearTimeout(timer)
    refused(error)
  }
  /** Returns whether it refused: report-only and waivers let the connection go on. */
  const refuse = (findings: readonly Finding[]): boolean => {
    const error = wireRefusal(plan, policy, findings)
    if (error) end(error)
    return error !== undefined
  }
  const ask = () => {
    sent = true
    write.call(socket, ASK)
  }
  const verdict = () => {
    const local = observeTls(socket, tls ? transport.negotiation : 'postgres')
    const answer = { local, asks, row, failure, bound: false, processID }
    const judged = judgeSession(dialled, answer)
    if (judged.refused) return end(judged.refused)
    state = 'open'
    leave()
    accepted(judged.report)
    pass(Buffer.concat([held ?? Buffer.alloc(0), messages.rest()]))
  }
  const late = () =>
    refuse([
      {
        rule: 'session-not-ssl',
        origin: CONNECTION,
        written: `no answer within ${policy.gateTimeoutMillis} ms to pg_stat_ssl`,
      },
    ])

  /** What the gate does with each message; true keeps it from postgres.js. */
  const steps: Record<string, (bytes: Buffer) => boolean> = {
    R(bytes) {
      const kind = bytes.readUInt32BE(5)
      // postgres.js knows SCRAM-SHA-256 only: whatever it would answer is not bound.
      if (bind && kind !== 0 && kind !== 12) return refuse(UNBOUND)
      if (asks && policy.gate === 'eager' && LAST_STEPS.includes(kind)) askWithNextWrite()
      return false
    },
    K(bytes) {
      if (bytes.length >= 9) processID = bytes.readInt32BE(5)
      return false
    },
    Z(bytes) {
      held ??= Buffer.from(bytes)
      if (state === 'asked' || !asks) verdict()
      else {
        state = 'asked'
        timer = setTimeout(late, policy.gateTimeoutMillis)
        if (!sent) ask()
      }
      return true
    },
    D(bytes) {
      if (state === 'asked') row = dataRow(bytes)
      return state === 'asked'
    },
    E(bytes) {
      if (state === 'asked') failure = { code: sqlState(bytes) }
      return state === 'asked'
    },
    T: () => state === 'asked',
    C: () => state === 'asked',
  }
  const take = ({ type, bytes }: BackendMessage) => {
    const step = Object.hasOwn(steps, type) ? steps[type] : undefined
    if (!step?.(bytes)) pass(bytes)
  }
  const feed = (chunk: Buffer) => {
    if (state !== 'refused') messages.push(chunk)
    while (state === 'startup' || state === 'asked') {
      const message = messages.next()
      if (message === undefined) return
      if (message === null) {
        // Whatever the policy lets pass, this cannot be read on.
        if (!refuse(UNREADABLE)) end(new Error('The server does not speak the PostgreSQL protocol'))
        return
      }
      take(message)
    }
  }
  /** The question rides with the last authentication message: no round trip of its own. */
  function askWithNextWrite() {
    socket.write = (chunk: unknown, ...more: unknown[]) => {
      socket.write = write as Socket['write']
      sent = true
      return write.call(socket, Buffer.concat([chunk as Buffer, ASK]), ...more)
    }
  }

  socket.write = (chunk: unknown, ...more: unknown[]) => {
    socket.write = write as Socket['write']
    // The server answers a CancelRequest by closing.
    if (isCancelRequest(chunk as Buffer)) {
      state = 'open'
      leave()
    }
    return write.call(socket, chunk as Buffer, ...more)
  }
  socket.emit = (name: string | symbol, ...args: unknown[]): boolean => {
    if (name !== 'data') {
      if (name === 'close') leave()
      // postgres.js 3.4.9 would dial again and again, and tell nobody.
      if (name === 'end' && (state === 'startup' || state === 'asked')) end(connectionClosed())
      return emit.call(socket, name, ...args)
    }
    try {
      feed(args[0] as Buffer)
    } catch (error) {
      // Fail closed, and to the caller: thrown here it would end the process.
      end(error as Error)
    }
    return true
  }
}

const ASK = simpleQuery(QUESTION)
/** AuthenticationCleartextPassword, MD5Password, SASLContinue: one more message of the client follows. */
const LAST_STEPS: readonly number[] = [3, 5, 11]
const UNBOUND: readonly Finding[] = [{ rule: 'channel-binding-missing', origin: CONNECTION }]
const UNREADABLE: readonly Finding[] = [
  { rule: 'session-not-ssl', origin: CONNECTION, written: 'the answer is no PostgreSQL message' },
]
