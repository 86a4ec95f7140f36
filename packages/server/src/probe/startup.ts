import type { Duplex } from 'node:stream'
import { receive } from './exchange.js'
import type { StartupAnswer } from './types.js'

/** Who a StartupMessage is for: all that is ever sent of an account. */
export interface Account {
  readonly user: string
  /** Default: the server takes the user's name. */
  readonly database?: string
}

const PROTOCOL_3_0 = 196_608
const int32 = (value: number): Buffer => {
  const buffer = Buffer.alloc(4)
  buffer.writeInt32BE(value)
  return buffer
}

/** SSLRequest (manual section 54.7). */
export const SSL_REQUEST: Buffer = Buffer.concat([int32(8), int32(80_877_103)])
const TERMINATE = Buffer.from([0x58, 0, 0, 0, 4])

/** @throws TypeError for a NUL, which would end a parameter and begin another. */
export function startupMessage({ user, database }: Account): Buffer {
  const parameters = ['user', user, ...(database === undefined ? [] : ['database', database])]
  if (parameters.some((text) => text.includes('\0'))) throw new TypeError('probe: NUL in account')
  const body = Buffer.from(`${parameters.join('\0')}\0\0`)
  return Buffer.concat([int32(body.length + 8), int32(PROTOCOL_3_0), body])
}

/**
 * Sends a StartupMessage ({@link startupMessage}), and nothing else: the connection ends at the authentication request or the
 * error. No password is here that could be sent.
 */
export async function startUp(stream: Duplex, message: Buffer): Promise<StartupAnswer> {
  const answer = receive(stream, isWhole)
  stream.write(message)
  const { bytes, failure } = await answer
  // Where no password was asked for there is a session now: it is ended as it should be.
  stream.end(TERMINATE)
  if (bytes.length === 0) {
    return { kind: 'no-answer', failure: failure ?? { kind: 'closed', code: 'ECONNRESET' } }
  }
  return readAnswer(bytes)
}

/** Whether the first message is complete, or cannot be one. */
const isWhole = (bytes: Buffer): boolean => {
  const type = String.fromCharCode(bytes[0] ?? 0)
  if (type !== 'R' && type !== 'E' && type !== 'v') return true
  return bytes.length >= 5 && bytes.length >= 1 + bytes.readUInt32BE(1)
}

const METHODS: Readonly<Record<number, 'none' | 'cleartext' | 'md5' | 'sasl' | 'gss' | 'sspi'>> = {
  0: 'none',
  3: 'cleartext',
  5: 'md5',
  7: 'gss',
  9: 'sspi',
  10: 'sasl',
}

function readAnswer(bytes: Buffer): StartupAnswer {
  const type = String.fromCharCode(bytes[0] ?? 0)
  if (!isWhole(bytes) || bytes.length < 9) return { kind: 'garbage' }
  const body = bytes.subarray(5, 1 + bytes.readUInt32BE(1))
  if (type === 'E') return refusalOf(body)
  if (type !== 'R' || body.length < 4) return { kind: 'garbage' }
  const method = METHODS[body.readInt32BE(0)] ?? 'other'
  const mechanisms = method === 'sasl' ? strings(body.subarray(4)) : []
  return { kind: 'authentication', method, mechanisms }
}

const strings = (body: Buffer): string[] =>
  body
    .toString('latin1')
    .split('\0')
    .filter((text) => /^[A-Z0-9-]{1,40}$/.test(text))

/**
 * ErrorResponse (manual section 54.8). The text is looked at and dropped: it names the user. It may be in
 * any language, so what counts is the code, the routine, and the file name that no translation touches.
 */
function refusalOf(body: Buffer): StartupAnswer {
  const fields = new Map(
    body
      .toString('utf8')
      .split('\0')
      .map((field) => [field.slice(0, 1), field.slice(1)]),
  )
  const [code = '', message = '', routine] = ['C', 'M', 'R'].map((key) => fields.get(key))
  const sqlstate = /^[0-9A-Z]{5}$/.test(code) ? code : '?????'
  const reason = REASONS.find(([, test]) => test({ sqlstate, message, routine }))?.[0] ?? 'other'
  return { kind: 'refused', reason, sqlstate }
}

interface ErrorFields {
  readonly sqlstate: string
  readonly message: string
  readonly routine: string | undefined
}
type Reason = Extract<StartupAnswer, { kind: 'refused' }>['reason']

const REASONS: readonly (readonly [Reason, (error: ErrorFields) => boolean])[] = [
  ['hba', ({ sqlstate, message }) => sqlstate === '28000' && message.includes('pg_hba.conf')],
  [
    'client-certificate',
    ({ sqlstate, message, routine }) =>
      sqlstate === '28000' &&
      (routine === undefined
        ? // A pooler: it names no routine, and translates nothing.
          /client certificate/i.test(message)
        : routine === 'ClientAuthentication'),
  ],
]
