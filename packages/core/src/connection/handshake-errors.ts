import { NO_VERSION } from '../particulars.js'
import type { Finding } from '../rules.js'
import { CONNECTION, namesOf } from './handshake.js'

type Meaning = Pick<Finding, 'rule' | 'written'>

/**
 * What an error of Node, OpenSSL or a driver during the TLS negotiation means; [] where it is not ours.
 * `roots` says what was trusted. For adapters.
 */
export function findingsOf(error: unknown, roots: string | null): readonly Finding[] {
  const {
    code = '',
    message = '',
    cert,
  } = error as {
    code?: unknown
    message?: string
    cert?: { subjectaltname?: string }
  }
  const rule: Meaning | undefined = BY_MESSAGE[message] ?? BY_CODE[String(code)]
  if (rule === unknownIssuer) {
    const trusted = roots === 'system' ? "the system's" : roots
    const written = trusted ? `${UNKNOWN_ISSUER}: ${trusted}` : UNKNOWN_ISSUER
    return [{ ...rule, written, origin: CONNECTION }]
  }
  if (rule === otherNames) return [{ ...rule, written: namesOf(cert), origin: CONNECTION }]
  if (rule) return [{ ...rule, origin: CONNECTION }]
  if (!/^(ERR_SSL_|ERR_OSSL_|EPROTO$)/.test(String(code))) return []
  const why = reasonOf(String(code), message)
  const version = NO_COMMON_VERSION.test(why) ? { written: NO_VERSION, meant: why } : {}
  return [{ rule: 'handshake-failed', origin: CONNECTION, written: why, ...version }]
}

/**
 * OpenSSL's reason as Node writes it in a code. An alert that arrives while Node still writes is told as
 * EPROTO, and the reason is in the message only: `...:SSL routines:...:tlsv1 alert protocol version:...`.
 */
function reasonOf(code: string, message: string): string {
  const [, reason] = /:SSL routines:\w*:([\w ]{1,60}):/.exec(message) ?? []
  return code === 'EPROTO' && reason ? `ERR_SSL_${reason.toUpperCase().replaceAll(' ', '_')}` : code
}

/** What the one byte means with which the server answers SSLRequest; [] for the `S` that was hoped for. */
export function sslAnswerFindings(answer: Buffer): readonly Finding[] {
  if (answer.length === 1 && answer[0] === 0x53) return []
  const meaning = answer[0] === 0x4e ? NO_TLS : answer[0] === 0x53 ? STUFFED : GARBLED
  return [{ ...meaning, origin: CONNECTION }]
}

/** OpenSSL's own codes, and the server's alert: no connection is needed to know that it is the version. */
const NO_COMMON_VERSION = /UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|WRONG_SSL_VERSION/

const NO_TLS: Meaning = { rule: 'server-ssl-off' }
const GARBLED: Meaning = {
  rule: 'handshake-failed',
  written: 'the answer to SSLRequest was neither S nor N',
}
/** The shape of CVE-2021-23222: bytes that were not encrypted would be taken for the server's. */
const STUFFED: Meaning = {
  rule: 'handshake-failed',
  written: 'plaintext came along with the answer to SSLRequest',
}

const UNKNOWN_ISSUER = 'the certificate was issued by a CA that is not among the trusted roots'
const unknownIssuer = { rule: 'certificate-not-verified' } as const
const badPurpose = {
  rule: 'certificate-not-verified',
  written: 'the certificate is not a server certificate (its extended key usage)',
} as const

const otherNames = { rule: 'hostname-not-verified' } as const

/** @see https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const BY_CODE: Record<string, Meaning> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownIssuer,
  UNABLE_TO_GET_ISSUER_CERT: unknownIssuer,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownIssuer,
  SELF_SIGNED_CERT_IN_CHAIN: unknownIssuer,
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownIssuer,
  CERT_SIGNATURE_FAILURE: unknownIssuer,
  CERT_UNTRUSTED: unknownIssuer,
  INVALID_CA: {
    rule: 'certificate-not-verified',
    written: 'the certificate was issued by one that is no CA (its basicConstraints or keyUsage)',
  },
  INVALID_PURPOSE: badPurpose,
  UNABLE_TO_GET_CRL: {
    rule: 'certificate-not-verified',
    written: 'sslcrl holds no revocation list of one of the CAs in the chain',
  },
  CRL_HAS_EXPIRED: { rule: 'certificate-not-verified', written: 'the revocation list has expired' },
  ERR_TLS_CERT_ALTNAME_INVALID: otherNames,
  CERT_HAS_EXPIRED: { rule: 'certificate-expired' },
  CERT_NOT_YET_VALID: { rule: 'certificate-not-yet-valid' },
  CERT_REVOKED: { rule: 'certificate-revoked' },
}

/** pg 8 gives these two no code (pg 8.23.1 connection.js:86-92). */
const BY_MESSAGE: Record<string, Meaning> = {
  'The server does not support SSL connections': NO_TLS,
  'There was an error establishing an SSL connection': GARBLED,
}
