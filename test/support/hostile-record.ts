import type { Duplex } from 'node:stream'

/** What a hostile server saw of one connection. */
export interface ConnectionRecord {
  /** 0 is the first connection. */
  readonly index: number
  /** Whether the first 8 bytes were SSLRequest. */
  readonly sslRequest: boolean
  /** Bytes in plaintext, without SSLRequest and without TLS records. Nothing is what a guard promises. */
  readonly raw: Buffer
  /** Bytes inside TLS. */
  readonly secure: Buffer
  /** Bytes of a ClientHello that was left unanswered. */
  readonly hello: Buffer
  /** Whether the handshake finished, as the server sees it. */
  readonly tls: boolean
  /** TLS version that was negotiated, or null. */
  readonly protocol: string | null
  /** Cipher that was negotiated, by its OpenSSL name, or null. */
  readonly cipher: string | null
  /** Protocol that was agreed on by ALPN, or null. */
  readonly alpn: string | null
  /** Name in the ClientHello (SNI), or null. */
  readonly servername: string | null
  /** Why the handshake failed, as the server sees it. */
  readonly tlsError: Error | undefined
  /** Types of the protocol messages that arrived: `StartupMessage`, `p`, `Q` … */
  readonly messages: readonly string[]
  /** Texts of the queries that arrived, simple and extended. */
  readonly queries: readonly string[]
  /** Bodies of the password and SASL messages that arrived. */
  readonly passwords: readonly Buffer[]
  /** Whether the connection is closed. */
  readonly destroyed: boolean
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** A record while it is being written. */
export interface RecordInProgress
  extends Omit<Mutable<ConnectionRecord>, 'messages' | 'queries' | 'passwords'> {
  readonly messages: string[]
  readonly queries: string[]
  readonly passwords: Buffer[]
  /** Records plaintext, beginning with what was read already. */
  readRaw(stream: Duplex, rest: Buffer, receive?: (chunk: Buffer) => void): void
  /** Records what comes out of TLS. */
  readSecure(stream: Duplex, receive: (chunk: Buffer) => void): void
  /** Records TLS records that nobody answers. */
  readHello(stream: Duplex): void
}

/** An empty record. */
export function newRecord(index: number): RecordInProgress {
  const record: RecordInProgress = {
    index,
    sslRequest: false,
    raw: Buffer.alloc(0),
    secure: Buffer.alloc(0),
    hello: Buffer.alloc(0),
    tls: false,
    protocol: null,
    cipher: null,
    alpn: null,
    servername: null,
    tlsError: undefined,
    messages: [],
    queries: [],
    passwords: [],
    destroyed: false,
    readRaw: (stream, rest, receive) => read('raw', stream, rest, receive),
    readSecure: (stream, receive) => read('secure', stream, Buffer.alloc(0), receive),
    readHello: (stream) => read('hello', stream, Buffer.alloc(0)),
  }
  function read(
    field: 'raw' | 'secure' | 'hello',
    stream: Duplex,
    rest: Buffer,
    receive?: (chunk: Buffer) => void,
  ): void {
    const take = (chunk: Buffer): void => {
      record[field] = Buffer.concat([record[field], chunk])
      receive?.(chunk)
    }
    if (rest.length > 0) take(rest)
    stream.on('data', take)
    stream.resume()
  }
  return record
}
