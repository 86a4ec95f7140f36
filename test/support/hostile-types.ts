import type { SecureVersion } from 'node:tls'
import type { BackendScript } from './hostile-backend.js'
import type { ConnectionRecord } from './hostile-record.js'

/** A certificate with its key, PEM; an issued certificate of packages/certs is one. */
export interface TlsIdentity {
  readonly certificate: string
  readonly chain?: string
  readonly key: string
}

/** How the TLS handshake goes; after it, the rest of the script. */
export interface TlsScript {
  /** What is presented, or a choice per connection: 0 is the first. */
  readonly certificate: TlsIdentity | ((connection: number) => TlsIdentity)
  readonly minVersion?: SecureVersion
  readonly maxVersion?: SecureVersion
  /** OpenSSL cipher list. TLS 1.0 and 1.1 need `DEFAULT:@SECLEVEL=0`. */
  readonly ciphers?: string
  /** Protocols accepted by ALPN; without it no protocol is ever answered. */
  readonly alpn?: readonly string[]
  /** Takes the ClientHello and never answers it. */
  readonly hang?: boolean
}

/** What a hostile server does: first to SSLRequest, then in TLS, then in the protocol. */
export interface HostileScript extends BackendScript {
  /**
   * - `tls` answers `S` and goes on with `tls`; the default
   * - `refuse` answers `N` and serves plaintext to whoever goes on in it
   * - `error` answers ErrorResponse
   * - `silence` never answers; `garbage` answers `X`; `close` closes
   * - `stuff` answers `S` with plaintext AuthenticationOk and ReadyForQuery in the same segment, then TLS,
   *   the shape of CVE-2021-23222
   * - `direct` expects ClientHello as first byte, as `sslnegotiation=direct` sends it
   */
  readonly answer?:
    | 'tls'
    | 'refuse'
    | 'error'
    | 'silence'
    | 'garbage'
    | 'close'
    | 'stuff'
    | 'direct'
  /** Required where TLS is spoken. */
  readonly tls?: TlsScript
}

/** A hostile server, and what it saw. */
export interface HostileServer extends AsyncDisposable {
  readonly host: '127.0.0.1'
  readonly port: number
  /** One record per connection, in the order of connecting. */
  readonly connections: readonly ConnectionRecord[]
  /** Resolves when there are `count` connections and all of them are closed. */
  settled(count?: number): Promise<void>
  stop(): Promise<void>
}
