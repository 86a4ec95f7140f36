import { X509Certificate } from 'node:crypto'
import type { Duplex } from 'node:stream'
import tls from 'node:tls'
import type { CertificateSummary, LocalTls, Origin, Plan } from '../model.js'
import type { Finding } from '../rules.js'
import { nameMatches } from './tls-options.js'

/** The origin of what the wire itself shows. */
export const CONNECTION: Origin = { via: 'default', key: 'socket' }

/** What a socket says of itself; null where it is not TLS. For adapters. */
export function observeTls(stream: Duplex, negotiation: LocalTls['negotiation']): LocalTls | null {
  if (!(stream instanceof tls.TLSSocket)) return null
  return {
    version: stream.getProtocol() ?? 'unknown',
    cipher: stream.getCipher().name,
    authorized: stream.authorized,
    negotiation,
    certificate: summarize(stream),
  }
}

/**
 * Judges a finished handshake before the startup packet leaves: at `secureConnect` the server has not
 * received a byte of PostgreSQL traffic inside TLS. `authorized` alone proves little. For adapters.
 */
export function handshakeFindings(stream: Duplex, plan: Plan): readonly Finding[] {
  const [transport] = plan.transports
  if (transport.kind !== 'tls' || plan.endpoint.kind !== 'tcp') return []
  if (!(stream instanceof tls.TLSSocket)) {
    return [{ rule: 'session-not-ssl', origin: CONNECTION, written: 'socket' }]
  }
  const { host } = plan.endpoint
  const certificate = stream.getPeerCertificate()
  // Null once another listener of the handshake has destroyed the socket, whatever Node's types say.
  const cipher = stream.getCipher() as tls.CipherNameAndProtocol | null | undefined
  const misnamed = transport.verification === 'full' && !nameMatches(host, certificate)
  const verified = transport.verification !== 'none'
  const found = (rule: Finding['rule'], written: string, when: boolean): Finding[] =>
    when ? [{ rule, origin: CONNECTION, written }] : []
  return [
    ...found(
      'certificate-not-verified',
      'Node did not authorize it',
      verified && !stream.authorized,
    ),
    // Node skips the name check on a resumed session.
    ...found('handshake-failed', 'a resumed session', verified && stream.isSessionReused()),
    ...found('hostname-not-verified', misnamed ? namesOf(certificate) : '', misnamed),
    ...found(
      'handshake-failed',
      'the server did not select ALPN postgresql',
      transport.negotiation === 'direct' && stream.alpnProtocol !== 'postgresql',
    ),
    ...found(
      'cipher-without-encryption',
      cipher?.name ?? 'none: the socket is destroyed',
      !cipher || /NULL|anon/i.test(cipher.standardName),
    ),
  ]
}

/** What a certificate is for, in words. Only what can be a name is shown: a server's text may hold anything. */
export function namesOf(certificate: { subjectaltname?: string | undefined } | undefined): string {
  const names = (certificate?.subjectaltname ?? '')
    .split(', ')
    .map((name) => /^(?:DNS|IP Address):([\w.*:-]{1,253})$/.exec(name)?.[1])
    .filter((name) => name !== undefined)
  const more = names.length > SHOWN ? `, and ${names.length - SHOWN} more` : ''
  return names.length > 0
    ? `the certificate is for ${names.slice(0, SHOWN).join(', ')}${more}`
    : 'the certificate names no host'
}
const SHOWN = 5

/** Not getPeerX509Certificate(): on Node 18 to 24 it empties the chain that SCRAM-PLUS needs. */
function summarize(stream: tls.TLSSocket): CertificateSummary {
  const { raw } = stream.getPeerCertificate(true)
  const certificate = new X509Certificate(raw)
  return {
    subject: certificate.subject.replaceAll('\n', ', '),
    issuer: certificate.issuer.replaceAll('\n', ', '),
    names: certificate.subjectAltName?.split(', ') ?? [],
    validFrom: new Date(certificate.validFrom),
    validTo: new Date(certificate.validTo),
    fingerprint256: certificate.fingerprint256,
  }
}
