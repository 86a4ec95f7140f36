/**
 * The gate: the connection's first ReadyForQuery is held back until pg_stat_ssl has answered on that
 * very connection. It stands on the messages of `client.connection`, not on pg's queue, so nothing the
 * application queued can overtake it, with callbacks, promises, pools and pipelining alike.
 */
import {
  arrivalFindings,
  CONNECTION,
  type Dialled,
  type Finding,
  findingsOf,
  handshakeFindings,
  QUESTION,
  vouch,
  wireRefusal,
} from '@verify-full/core'
import { failQueries, type PgClient } from './driver.js'
import { recordSession } from './session.js'

type Row = readonly (string | null)[]
interface Message {
  readonly fields?: Row
  readonly code?: string
}

/** Shuts the gate on a client that is about to connect; it opens or refuses by itself. */
export function shutGate(client: PgClient, dialled: Dialled): void {
  const { plan, policy } = dialled
  const { connection } = client
  // The last one added is deleted first, and pg's own field is there before: V8 then takes the object
  // back to the shape it had, where it would keep a slow dictionary for the life of the connection.
  connection._connecting ??= false
  const own = ['password', 'sendSCRAMClientFinalMessage', 'sendSASLInitialResponseMessage', 'emit']
  const { emit, sendSASLInitialResponseMessage, sendSCRAMClientFinalMessage, password } = connection
  const [transport] = plan.transports
  const asks = transport.kind === 'tls' && policy.sessionCheck === 'both'
  const bind = policy.channelBinding === 'require' && transport.kind === 'tls' && !policy.reportOnly
  let state: 'negotiating' | 'startup' | 'asked' | 'done' = 'negotiating'
  let timer: NodeJS.Timeout | undefined
  let sent = false
  let held: unknown
  let row: Row | undefined
  let failure: Message | undefined
  let mechanism = ''
  let bound = false

  const pass = (name: string | symbol, ...args: unknown[]) => emit.call(connection, name, ...args)
  const done = () => {
    state = 'done'
    clearTimeout(timer)
    for (const name of own) delete (connection as unknown as Record<string, unknown>)[name]
  }
  const limit = (written: string) => {
    clearTimeout(timer)
    const answer = `no answer within ${policy.gateTimeoutMillis} ms${written}`
    timer = setTimeout(
      () =>
        refuse([
          state === 'asked'
            ? { rule: 'session-not-ssl', origin: CONNECTION, written: answer }
            : { rule: 'handshake-failed', origin: CONNECTION, written: answer },
        ]),
      policy.gateTimeoutMillis,
    )
  }

  /** Reports the error first, then closes: a caller that waits for the close would lose the error. */
  const end = (error: unknown) => {
    done()
    failQueries(client, error)
    try {
      pass('error', error)
    } finally {
      // The application's callback may throw: the connection is closed all the same.
      connection._ending = true
      connection.stream.on('error', () => {})
      connection.stream.destroy()
    }
  }
  /** Returns whether it refused: report-only and waivers let the connection go on. */
  const refuse = (findings: readonly Finding[], cause?: unknown): boolean => {
    const error = wireRefusal(plan, policy, findings, cause)
    if (error) end(error)
    return error !== undefined
  }

  const ask = () => {
    sent = true
    connection.query(QUESTION)
  }
  const verdict = () => {
    let error: unknown
    try {
      error = recordSession(client, dialled, { asks, row, failure, bound })
    } catch (unexpected) {
      // Fail closed, and to the caller: thrown here it would end the process.
      error = unexpected
    }
    if (error) return end(error)
    done()
    return pass('readyForQuery', held)
  }
  const secure = () => {
    clearTimeout(timer)
    if (state === 'negotiating' && !refuse(handshakeFindings(connection.stream, plan)))
      state = 'startup'
  }

  /** What the gate does with each message; true keeps it from pg. */
  const steps: Record<string, (message: Message) => boolean | undefined> = {
    connect() {
      if (transport.kind === 'tls') limit(' to the TLS handshake')
      else vouch(connection.stream)
      return refuse(arrivalFindings(plan, policy, connection.stream.remoteAddress))
    },
    sslconnect() {
      // Before pg writes to it: the handshake is judged below, at its end.
      vouch(connection.stream)
      connection.stream.prependOnceListener('secureConnect', secure)
      return false
    },
    error(error) {
      // Before the verdict of the handshake an error may be the verdict; later it is not ours. Either way
      // nothing goes on: pg leaves the connection open where a password function rejects.
      if (state === 'negotiating' && refuse(findingsOf(error, dialled.roots), error)) return true
      end(error)
      return true
    },
    end() {
      done()
      return false
    },
    authenticationCleartextPassword: () => bind && refuse(UNBOUND),
    authenticationMD5Password: () => bind && refuse(UNBOUND),
    authenticationSASLFinal() {
      bound = mechanism === 'SCRAM-SHA-256-PLUS'
      return false
    },
    readyForQuery(message) {
      if (state === 'asked') {
        verdict()
        return true
      }
      held = message
      if (!asks) {
        verdict()
        return true
      }
      state = 'asked'
      limit(' to pg_stat_ssl')
      if (!sent) ask()
      return true
    },
    errorMessage(message) {
      if (state !== 'asked') return false
      failure = message
      return true
    },
    dataRow(message) {
      row = message.fields
      return state === 'asked'
    },
    rowDescription: () => state === 'asked',
    commandComplete: () => state === 'asked',
  }

  connection.emit = (name: string | symbol, ...args: unknown[]): boolean => {
    if (state === 'done') return pass(name, ...args)
    const step = typeof name === 'string' && Object.hasOwn(steps, name) ? steps[name] : undefined
    return step?.(args[0] as Message) ? true : pass(name, ...args)
  }
  connection.sendSASLInitialResponseMessage = (chosen, response) => {
    mechanism = chosen
    if (bind && chosen !== 'SCRAM-SHA-256-PLUS' && refuse(UNBOUND)) return
    sendSASLInitialResponseMessage.call(connection, chosen, response)
  }
  if (asks && policy.gate === 'eager') {
    // The question rides with the last authentication message: no round trip of its own.
    const together = (send: () => void) => {
      const { stream } = connection
      stream.cork()
      send()
      ask()
      process.nextTick(() => stream.uncork())
    }
    connection.sendSCRAMClientFinalMessage = (data) =>
      together(() => sendSCRAMClientFinalMessage.call(connection, data))
    connection.password = (text) => together(() => password.call(connection, text))
  }
}

const UNBOUND: readonly Finding[] = [{ rule: 'channel-binding-missing', origin: CONNECTION }]
