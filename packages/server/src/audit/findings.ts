import type { Finding, Origin } from '@verify-full/core'
import { findingsOf as handshakeErrorFindings, TLS_VERSIONS } from '@verify-full/core'
import type { CertificateFacts } from '@verify-full/core/offline'
import type { AddressOffer, ServerOffer, TlsOffer } from '../probe/types.js'
import { plaintextAnswer } from './unanswered.js'

const at = (address: string, key: string): Origin => ({
  via: 'server',
  key: `${key} at ${address}`,
})

/** What is wrong with the answers of a server's addresses, as findings for `judge`. */
export function findingsOf(offer: ServerOffer, minTlsVersion: string): Finding[] {
  return offer.addresses.flatMap((address) => [
    ...sslFindings(address),
    ...tlsFindings(address),
    ...versionFindings(address, minTlsVersion),
  ])
}

function sslFindings({ address, tcp, ssl }: AddressOffer): Finding[] {
  const origin = at(address, 'answer to SSLRequest')
  if (ssl === 'N') return [{ rule: 'server-ssl-off', origin }]
  if (ssl === undefined || ssl === 'S') return []
  return tcp.connected ? [{ rule: 'handshake-failed', origin, written: ssl }] : []
}

function tlsFindings({ address, tls }: AddressOffer): Finding[] {
  if (!tls) return []
  const origin = at(address, 'certificate')
  if (tls.kind === 'failed') {
    const { code } = tls.failure
    const [meaning] = handshakeErrorFindings({ code }, null)
    return [{ rule: 'handshake-failed', written: code, ...meaning, origin }]
  }
  if (tls.trusted) return []
  const { chain, name, usage, dates } = tls.verdict
  const { openssl } = tls
  const unverified = chain !== 'trusted' ? chain : usage ? openssl : 'not for servers'
  const findings: Finding[] = []
  if (dates === 'not-yet-valid') findings.push({ rule: 'certificate-not-yet-valid', origin })
  if (!name) {
    const names = leafOf(tls)?.names.join(', ') || 'no name'
    findings.push({ rule: 'hostname-not-verified', origin, written: `it is for ${names}` })
  }
  // Expiry is the posture's: it goes by the clock of the audit.
  if (unverified && !/EXPIRED|NOT_YET_VALID/.test(unverified)) {
    findings.push({
      rule: 'certificate-not-verified',
      origin,
      written: `${unverified}: issued by ${leafOf(tls)?.issuer ?? 'nobody'}`,
    })
  }
  return findings
}

function versionFindings({ address, versions }: AddressOffer, minimum: string): Finding[] {
  return TLS_VERSIONS.slice(0, TLS_VERSIONS.indexOf(minimum as 'TLSv1'))
    .filter((version) => versions?.[version] === 'accepted')
    .map((version) => ({
      rule: 'tls-version-too-low',
      origin: at(address, 'TLS handshake'),
      written: version,
    }))
}

const leafOf = (tls: TlsOffer | undefined): CertificateFacts | undefined =>
  tls?.kind === 'established' ? tls.presented[0] : undefined

/** The server's certificate, from the first address that presents one. */
export const certificateOf = (offer: ServerOffer): CertificateFacts | undefined =>
  offer.addresses.map(({ tls }) => leafOf(tls)).find((leaf) => leaf !== undefined)

/** Of all that is presented, at any address, what expires first. */
export function firstToExpire(offer: ServerOffer): CertificateFacts | undefined {
  return offer.addresses
    .flatMap(({ tls }) => (tls?.kind === 'established' ? tls.presented : []))
    .toSorted((a, b) => a.validTo.getTime() - b.validTo.getTime())[0]
}

/** Accepted at one address is accepted. */
export function plaintextAnswerOf(offer: ServerOffer): 'accepted' | 'refused' | undefined {
  const answers = offer.addresses.map(({ plaintext }) => plaintextAnswer(plaintext))
  if (answers.includes('accepted')) return 'accepted'
  return answers.length > 0 && answers.every((one) => one === 'refused') ? 'refused' : undefined
}

export const isReachable = ({ addresses }: ServerOffer): boolean =>
  addresses.some(({ tcp }) => tcp.connected)
