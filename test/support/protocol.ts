/** Server side of the frontend/backend protocol 3.0 (manual chapter 54), as much of it as the tests need. */

const int16 = (value: number): Buffer => {
  const buffer = Buffer.alloc(2)
  buffer.writeInt16BE(value)
  return buffer
}

const int32 = (value: number): Buffer => {
  const buffer = Buffer.alloc(4)
  buffer.writeInt32BE(value)
  return buffer
}

const cstring = (text: string): Buffer => Buffer.from(`${text}\0`)

/** One backend message: type byte, length, body. */
export function message(type: string, ...body: Buffer[]): Buffer {
  const content = Buffer.concat(body)
  return Buffer.concat([Buffer.from(type), int32(content.length + 4), content])
}

/** Backend messages, by their names in the manual (section 54.7). */
export const backend = {
  authenticationOk: (): Buffer => message('R', int32(0)),
  authenticationCleartextPassword: (): Buffer => message('R', int32(3)),
  authenticationMd5Password: (): Buffer => message('R', int32(5), Buffer.from('salt')),
  authenticationSasl: (...mechanisms: string[]): Buffer =>
    message('R', int32(10), ...mechanisms.map(cstring), Buffer.from([0])),
  backendKeyData: (pid: number, secret: number): Buffer => message('K', int32(pid), int32(secret)),
  parameterStatus: (name: string, value: string): Buffer =>
    message('S', cstring(name), cstring(value)),
  readyForQuery: (): Buffer => message('Z', Buffer.from('I')),
  commandComplete: (tag: string): Buffer => message('C', cstring(tag)),
  parseComplete: (): Buffer => message('1'),
  bindComplete: (): Buffer => message('2'),
  closeComplete: (): Buffer => message('3'),
  parameterDescription: (): Buffer => message('t', int16(0)),
  errorResponse: (code: string, text: string): Buffer =>
    message('E', ...[`SFATAL`, `VFATAL`, `C${code}`, `M${text}`].map(cstring), Buffer.from([0])),
  /** Every column is text (type oid 25): pg then hands the value over as it was sent. */
  rowDescription: (names: readonly string[], types: readonly number[] = []): Buffer =>
    message(
      'T',
      int16(names.length),
      ...names.flatMap((name, index) => [
        cstring(name),
        int32(0),
        int16(0),
        int32(types[index] ?? 25),
        int16(-1),
        int32(-1),
        int16(0),
      ]),
    ),
  dataRow: (values: readonly (string | null)[]): Buffer =>
    message(
      'D',
      int16(values.length),
      ...values.flatMap((value) => {
        if (value === null) return [int32(-1)]
        const bytes = Buffer.from(value)
        return [int32(bytes.length), bytes]
      }),
    ),
} as const

/** The first message of a connection, which has no type byte (manual section 54.2.1). */
export type StartupKind = 'SSLRequest' | 'GSSENCRequest' | 'CancelRequest' | 'StartupMessage'

const STARTUP: Readonly<Record<number, StartupKind>> = {
  80877103: 'SSLRequest',
  80877104: 'GSSENCRequest',
  80877102: 'CancelRequest',
}

/** A frontend message; `type` is a name for those without a type byte, else the byte. */
export interface FrontendMessage {
  readonly type: StartupKind | string
  readonly body: Buffer
}

/** Splits a stream of bytes into frontend messages; `started` switches to messages with a type byte. */
export interface FrontendSplitter {
  /** Adds bytes, returns the messages that are complete. */
  push(chunk: Buffer): FrontendMessage[]
  /** Bytes of a message that is not complete yet. */
  rest(): Buffer
}

/** Makes a splitter that expects an untyped message first, and typed ones after StartupMessage. */
export function frontendSplitter(): FrontendSplitter {
  let buffer = Buffer.alloc(0)
  let started = false
  const next = (): FrontendMessage | undefined => {
    const header = started ? 5 : 4
    if (buffer.length < header) return undefined
    const length = buffer.readInt32BE(header - 4) + (started ? 1 : 0)
    if (buffer.length < Math.max(length, header)) return undefined
    const typed = started ? String.fromCharCode(buffer[0] ?? 0) : undefined
    const code = typed === undefined && length >= 8 ? buffer.readInt32BE(4) : 0
    const type = typed ?? STARTUP[code] ?? 'StartupMessage'
    if (type === 'StartupMessage') started = true
    const body = buffer.subarray(header, Math.max(length, header))
    buffer = buffer.subarray(Math.max(length, header))
    return { type, body }
  }
  return {
    push(chunk) {
      buffer = Buffer.concat([buffer, chunk])
      const messages: FrontendMessage[] = []
      for (let found = next(); found; found = next()) messages.push(found)
      return messages
    },
    rest: () => buffer,
  }
}

/** The 8 bytes by which a client asks for TLS (manual section 54.2.11). */
export const SSL_REQUEST: Buffer = Buffer.concat([int32(8), int32(80877103)])
