/** One message of the server; `bytes` is all of it. */
export interface BackendMessage {
  readonly type: string
  readonly bytes: Buffer
}

/** The server's messages, wherever the chunks end. */
export interface BackendMessages {
  push(chunk: Buffer): void
  /** The next whole message; undefined where it has not arrived, null where its length cannot be one. */
  next(): BackendMessage | null | undefined
  /** What was pushed and not taken. */
  rest(): Buffer
}

/** Far more than anything that PostgreSQL sends before the first ReadyForQuery. */
const LONGEST = 1 << 20

/** @see https://www.postgresql.org/docs/current/protocol-message-formats.html */
export function backendMessages(): BackendMessages {
  let buffered: Buffer = Buffer.alloc(0)
  return {
    push(chunk) {
      buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk])
    },
    next() {
      if (buffered.length < 5) return undefined
      const length = buffered.readUInt32BE(1)
      if (length < 4 || length > LONGEST) return null
      if (buffered.length <= length) return undefined
      const bytes = buffered.subarray(0, length + 1)
      buffered = buffered.subarray(length + 1)
      return { type: String.fromCharCode(bytes[0] ?? 0), bytes }
    },
    rest: () => buffered,
  }
}

/** The fields of a DataRow as text; undefined where it is cut short. */
export function dataRow(bytes: Buffer): (string | null)[] | undefined {
  const row: (string | null)[] = []
  let at = 7
  for (let left = bytes.readUInt16BE(5); left > 0; left--) {
    if (at + 4 > bytes.length) return undefined
    const length = bytes.readInt32BE(at)
    at += 4
    row.push(length < 0 ? null : bytes.toString('utf8', at, at + length))
    at += Math.max(length, 0)
  }
  return at === bytes.length ? row : undefined
}

/** The SQLSTATE of an ErrorResponse. */
export const sqlState = (bytes: Buffer): string =>
  /^C([0-9A-Z]{5})$/m.exec(bytes.toString('latin1', 5).replaceAll('\0', '\n'))?.[1] ?? 'unknown'

/** A simple query. */
export function simpleQuery(text: string): Buffer {
  const body = Buffer.from(`${text}\0`)
  const head = Buffer.from([0x51, 0, 0, 0, 0])
  head.writeUInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

/** @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL */
export const SSL_REQUEST: Buffer = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f])

export const isCancelRequest = (bytes: Buffer): boolean =>
  bytes.length === 16 && bytes.readUInt32BE(4) === 80877102
