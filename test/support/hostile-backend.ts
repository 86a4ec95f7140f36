import type { Duplex } from 'node:stream'
import type { RecordInProgress } from './hostile-record.js'
import { backend, type FrontendMessage, frontendSplitter } from './protocol.js'

/**
 * How the server authenticates: it asks for the password in `cleartext` or as `md5`; it `skip`s it; it
 * `hang`s; it offers SCRAM and says AuthenticationOk without proving anything (`sasl-unproven`), with channel
 * binding (`sasl-plus`); it has too many connections (`busy`).
 */
export type Authentication =
  | 'cleartext'
  | 'md5'
  | 'skip'
  | 'hang'
  | 'sasl-unproven'
  | 'sasl-plus'
  | 'busy'

/** The row of pg_stat_ssl, as text; a column that is asked for and not given is NULL. */
export type PgStatSslRow = Readonly<Record<string, string | null>>

/** How the server answers a query that names pg_stat_ssl; an object is its row. */
export type PgStatSsl =
  | 'error'
  | 'no-rows'
  | 'two-rows'
  | 'hang'
  | 'close'
  | 'garbage'
  | PgStatSslRow

/** What happens after the handshake, or in plaintext. */
export interface BackendScript {
  /** Default `skip`; or a choice per connection: 0 is the first. */
  readonly authentication?: Authentication | ((connection: number) => Authentication)
  /** Default: a row that agrees with the connection, pid included. */
  readonly pgStatSsl?: PgStatSsl | ((query: string, connection: number) => PgStatSsl)
  /** Process id in BackendKeyData. Default 4711. */
  readonly pid?: number
}

const OIDS: Readonly<Record<string, number>> = { ssl: 16, bits: 23, pid: 23 }

/** Serves the protocol over a stream; returns what to call with each chunk that arrives. */
export function serveBackend(
  stream: Duplex,
  script: BackendScript,
  record: RecordInProgress,
): (chunk: Buffer) => void {
  const split = frontendSplitter()
  const pid = script.pid ?? 4711
  let prepared = ''
  const send = (...messages: Buffer[]): void => {
    if (stream.writable) stream.write(Buffer.concat(messages))
  }
  const welcome = (): void =>
    send(
      backend.authenticationOk(),
      backend.parameterStatus('server_version', '18.0'),
      backend.parameterStatus('client_encoding', 'UTF8'),
      backend.backendKeyData(pid, 42),
      backend.readyForQuery(),
    )
  const startup = (): void => {
    const { authentication: given = 'skip' } = script
    const kind = typeof given === 'function' ? given(record.index) : given
    if (kind === 'skip') welcome()
    if (kind === 'cleartext') send(backend.authenticationCleartextPassword())
    if (kind === 'md5') send(backend.authenticationMd5Password())
    if (kind === 'sasl-unproven') send(backend.authenticationSasl('SCRAM-SHA-256'))
    if (kind === 'sasl-plus') {
      send(backend.authenticationSasl('SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256'))
    }
    if (kind === 'busy') send(backend.errorResponse('53300', 'sorry, too many clients already'))
  }
  /** The rows for a query, or undefined where the answer is not rows and has been given. */
  const answer = (query: string): { names: string[]; rows: (string | null)[][] } | undefined => {
    if (!query.includes('pg_stat_ssl')) return { names: [], rows: [] }
    const { pgStatSsl } = script
    const given = typeof pgStatSsl === 'function' ? pgStatSsl(query, record.index) : pgStatSsl
    const honest = {
      ssl: record.tls ? 't' : 'f',
      version: record.protocol,
      cipher: record.cipher,
      bits: record.cipher?.includes('256') ? '256' : '128',
      pid: String(pid),
      pg_backend_pid: String(pid),
    }
    const row = typeof given === 'object' ? { ...honest, ...given } : honest
    const names = columnsOf(query) ?? Object.keys(row)
    const values = names.map((name) => (row as PgStatSslRow)[name] ?? null)
    if (given === 'hang') return undefined
    if (given === 'close') stream.end()
    else if (given === 'garbage') send(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'))
    else if (given === 'error') send(backend.errorResponse('42501', 'permission denied'))
    else if (given === 'no-rows') return { names, rows: [] }
    else return { names, rows: given === 'two-rows' ? [values, values] : [values] }
    if (given === 'error') send(backend.readyForQuery())
    return undefined
  }
  const describe = (names: string[]): Buffer =>
    backend.rowDescription(
      names,
      names.map((name) => OIDS[name] ?? 25),
    )
  const complete = (rows: (string | null)[][]): Buffer[] => [
    ...rows.map(backend.dataRow),
    backend.commandComplete(`SELECT ${rows.length}`),
  ]
  const on: Record<string, (body: Buffer) => void> = {
    StartupMessage: startup,
    SSLRequest: () => send(Buffer.from('N')),
    GSSENCRequest: () => send(Buffer.from('N')),
    CancelRequest: () => stream.end(),
    p(body) {
      record.passwords.push(Buffer.from(body))
      welcome()
    },
    Q(body) {
      const query = text(body, 0)
      record.queries.push(query)
      const result = answer(query)
      if (result) send(describe(result.names), ...complete(result.rows), backend.readyForQuery())
    },
    P(body) {
      prepared = text(body, body.indexOf(0) + 1)
      record.queries.push(prepared)
      send(backend.parseComplete())
    },
    B: () => send(backend.bindComplete()),
    D(body) {
      if (body[0] === 83) send(backend.parameterDescription())
      send(describe(columnsOf(prepared) ?? []))
    },
    E() {
      const result = answer(prepared)
      if (result) send(...complete(result.rows))
    },
    C: () => send(backend.closeComplete()),
    S: () => send(backend.readyForQuery()),
    X: () => stream.end(),
  }
  return (chunk) => {
    for (const { type, body } of split.push(chunk) satisfies FrontendMessage[]) {
      record.messages.push(type)
      on[type]?.(body)
    }
  }
}

const text = (body: Buffer, from: number): string =>
  body.subarray(from, body.indexOf(0, from)).toString()

/** Names of the columns of a plain SELECT: what follows AS, else the last identifier of each item. */
export function columnsOf(query: string): string[] | undefined {
  const list = /^\s*select\s+(.*?)\s+from\s/is.exec(query)?.[1]
  if (list === undefined || list.includes('*')) return undefined
  return list.split(/,(?![^(]*\))/).map((item) => {
    const bare = item.replace(/::[\w. ]+$/, '').replace(/\(\s*\)\s*$/, '')
    return /(\w+)"?\s*$/.exec(/\bas\b/i.test(item) ? item : bare)?.[1] ?? item.trim()
  })
}
