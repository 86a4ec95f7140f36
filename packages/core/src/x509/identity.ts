import type { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { checkServerIdentity } from 'node:tls'

/**
 * Whether a certificate (PEM or DER) is for a host, as `verify-full` and Node ask it: addresses against
 * iPAddress entries, names against dNSName entries, the common name only where there is no entry.
 *
 * @throws {TypeError} for what is not a certificate.
 * @see https://www.rfc-editor.org/rfc/rfc6125#section-6.4
 */
export function isForHost(certificate: X509Certificate, host: string): boolean {
  // OpenSSL compares addresses: Node 22.23 takes `::1` for a DNS name and refuses every IPv6 address.
  if (isIP(host) !== 0 && certificate.checkIP(host) !== undefined) return true
  // An entry that is this very name; all else takes Node's way, whose first call loads for milliseconds.
  const entry = certificate.checkHost(host, { subject: 'never', wildcards: false })
  if (entry !== undefined && entry.toLowerCase() === host.toLowerCase()) return true
  try {
    return checkServerIdentity(host, certificate.toLegacyObject()) === undefined
  } catch {
    // Names that Node cannot read are for nobody (ERR_TLS_CERT_ALTNAME_FORMAT).
    return false
  }
}
