import { createHash, X509Certificate } from 'node:crypto'
import type { CertificateFacts } from '@verify-full/core/offline'
import { isReachable } from '../audit/findings.js'
import type { AuditTarget } from '../audit/types.js'
import { type ProbeTarget, probe } from '../probe/probe.js'
import type { AddressOffer } from '../probe/types.js'
import type { CertificateIdentity, Look } from './types.js'

/** One handshake per address: no startup packet, so no session. */
export async function lookOutside(
  { roots }: AuditTarget,
  server: ProbeTarget,
  now: Date,
  timeoutMillis: number,
  signal: AbortSignal,
): Promise<Pick<Look, 'certificates' | 'withoutTls' | 'failure'>> {
  const offer = await probe(server, {
    ...(roots ? { roots } : {}),
    tests: [],
    now,
    timeoutMillis,
    signal,
  })
  const certificates = offer.addresses.flatMap(({ address, tls }) => {
    const [leaf] = tls?.kind === 'established' ? tls.presented : []
    const trusted = tls?.kind === 'established' && tls.trusted
    return leaf ? [{ address, certificate: identityOf(leaf, trusted) }] : []
  })
  if (isReachable(offer)) return { certificates, withoutTls: offer.addresses.flatMap(withoutTls) }
  const failures = offer.addresses.map(({ tcp }) => (tcp.connected ? '' : tcp.failure.code))
  return {
    certificates,
    withoutTls: [],
    failure: offer.unresolved?.code ?? failures[0] ?? 'no address',
  }
}

function withoutTls({ address, tcp, ssl, tls }: AddressOffer): Look['withoutTls'] {
  if (tls?.kind === 'established') return []
  if (!tcp.connected) return [{ address, why: tcp.failure.code }]
  return [{ address, why: tls?.failure.code ?? ssl ?? 'no answer' }]
}

function identityOf(facts: CertificateFacts, trusted: boolean): CertificateIdentity {
  const key = new X509Certificate(facts.pem).publicKey.export({ type: 'spki', format: 'der' })
  return {
    subject: facts.subject,
    issuer: facts.issuer,
    key: createHash('sha256').update(key).digest('hex'),
    fingerprint256: facts.fingerprint256,
    validTo: facts.validTo.toISOString(),
    trusted,
  }
}
