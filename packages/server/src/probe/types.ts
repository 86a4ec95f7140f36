import type { TlsVersion } from '@verify-full/core'
import type { CertificateFacts, ChainVerdict } from '@verify-full/core/offline'

/** Why there was no answer. `code` is Node's or OpenSSL's: never the server's text. */
export interface Failure {
  readonly kind: 'timeout' | 'refused' | 'unreachable' | 'closed' | 'unresolved' | 'tls' | 'other'
  readonly code: string
}

/**
 * The answer to SSLRequest (manual section 54.2.11): `S`, `N`, an ErrorResponse, another byte, nothing in
 * time, the connection closed; `stuffed` is an `S` with plaintext behind it (CVE-2021-23222).
 */
export type SslAnswer = 'S' | 'N' | 'error' | 'garbage' | 'silence' | 'closed' | 'stuffed'

/** How a server answers a StartupMessage: before any password could be sent. */
export type StartupAnswer =
  | {
      /** It goes on to authentication: the connection as such is accepted. */
      readonly kind: 'authentication'
      readonly method: 'none' | 'cleartext' | 'md5' | 'sasl' | 'gss' | 'sspi' | 'other'
      /** SASL mechanisms offered: `SCRAM-SHA-256-PLUS`, ... */
      readonly mechanisms: readonly string[]
    }
  | {
      readonly kind: 'refused'
      /** `hba`: by pg_hba.conf; `client-certificate`: one is demanded; `other`: see the SQLSTATE. */
      readonly reason: 'hba' | 'client-certificate' | 'other'
      readonly sqlstate: string
    }
  /** Not PostgreSQL's protocol. */
  | { readonly kind: 'garbage' }
  | { readonly kind: 'no-answer'; readonly failure: Failure }

/** The first handshake, by the guard's rules except that it is looked at instead of refused. */
export type TlsOffer =
  | {
      readonly kind: 'established'
      readonly version: string
      /** OpenSSL's name. */
      readonly cipher: string
      /** Agreed on by ALPN; asked for with direct TLS only. */
      readonly alpn: string | null
      /** The server's certificate, then issuer after issuer without the trusted roots. */
      readonly presented: readonly CertificateFacts[]
      readonly verdict: ChainVerdict
      /** What OpenSSL said of the chain, by this machine's clock: `CERT_HAS_EXPIRED`; null: nothing. */
      readonly openssl: string | null
      /** The verdict and OpenSSL agree that this is the server: verify-full would connect. */
      readonly trusted: boolean
    }
  | { readonly kind: 'failed'; readonly failure: Failure }

/** Whether a TLS version is spoken. `not-testable`: this Node's OpenSSL does not speak it itself. */
export type VersionAnswer = 'accepted' | 'refused' | 'no-answer' | 'not-testable'

/**
 * `sslnegotiation=direct` (PostgreSQL 17 and newer): `without-alpn` is a handshake that did not agree on
 * the protocol `postgresql`, which libpq refuses.
 */
export type DirectAnswer = 'accepted' | 'without-alpn' | 'refused' | 'no-answer'

/** What one address answers. What was not asked is absent. */
export interface AddressOffer {
  readonly address: string
  readonly tcp:
    | { readonly connected: true }
    | { readonly connected: false; readonly failure: Failure }
  readonly ssl?: SslAnswer
  readonly tls?: TlsOffer
  readonly versions?: Readonly<Record<TlsVersion, VersionAnswer>>
  readonly direct?: DirectAnswer
  /** To a StartupMessage without TLS: the real test for `hostssl`. */
  readonly plaintext?: StartupAnswer
  /** To a StartupMessage inside a trusted TLS connection. */
  readonly encrypted?: StartupAnswer
}

/** Everything a server offers to a client without credentials. Holds no user name and no server text. */
export interface ServerOffer {
  readonly host: string
  readonly port: number
  /** When the probe began, by the clock it was given. */
  readonly at: Date
  /** Why the name has no address; the offers are then empty. */
  readonly unresolved?: Failure
  /** One per address of the name, in the resolver's order. */
  readonly addresses: readonly AddressOffer[]
}

/** What is asked beyond TCP, SSLRequest and one handshake. */
export type ProbeTest = 'versions' | 'direct' | 'plaintext' | 'encrypted'
