import { TLS_VERSIONS, type TlsVersion } from '@verify-full/core'
import type { CertificateFacts } from '@verify-full/core/offline'
import type { AddressOffer, Failure, SslAnswer, StartupAnswer, TlsOffer } from '../probe/types.js'
import { type Facts, nameDiagnosis } from './diagnoses.js'
import type { DiagnosisId } from './types.js'

/** A cause, with what its sentence needs. */
export interface Cause extends Partial<Facts> {
  readonly id: DiagnosisId
}

/** What an address is held against. */
export interface Demands {
  readonly host: string
  readonly now: Date
  readonly direct: boolean
  readonly minTlsVersion: TlsVersion
  /** Whether root certificates could be read: without them a chain leads nowhere. */
  readonly hasRoots: boolean
  readonly clientCertificate: boolean
  readonly channelBinding: 'prefer' | 'require'
}

/** Everything that keeps one address from being verified, the cause first. */
export function causesOf(offer: AddressOffer, demands: Demands): readonly Cause[] {
  const { tcp, ssl, tls, encrypted } = offer
  if (!tcp.connected) {
    const { kind, code } = tcp.failure
    return [{ id: TCP[kind] ?? 'tcp-unreachable', code }]
  }
  if (ssl && ssl !== 'S') return [{ id: SSL[ssl], code: ssl }]
  const spoken = TLS_VERSIONS.filter((version) => offer.versions?.[version] === 'accepted')
  if (tls?.kind === 'failed') return causesOfFailure(tls.failure, spoken, demands)
  if (!tls) return []
  const causes = causesOfTls(tls, demands)
  return causes.length > 0 || !encrypted ? causes : causesOfStartup(encrypted, demands)
}

const TCP: Readonly<Record<string, DiagnosisId>> = {
  refused: 'tcp-refused',
  timeout: 'tcp-timeout',
  unreachable: 'tcp-unreachable',
}

const SSL: Readonly<Record<Exclude<SslAnswer, 'S'>, DiagnosisId>> = {
  N: 'server-says-no',
  error: 'not-postgresql',
  garbage: 'not-postgresql',
  closed: 'not-postgresql',
  silence: 'ssl-request-unanswered',
  stuffed: 'plaintext-injected',
}

const TOO_OLD = /PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS|WRONG_SSL_VERSION|TOO_LOW/

/** TLS 1.2 has no word of its own for a client certificate that is missing. */
const DEMANDS_CERTIFICATE = /CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE/

function causesOfFailure(
  { kind, code }: Failure,
  spoken: readonly TlsVersion[],
  { direct, clientCertificate, minTlsVersion }: Demands,
): readonly Cause[] {
  // The probe presents no certificate; the session does, and verifies everything by itself.
  if (clientCertificate && DEMANDS_CERTIFICATE.test(code)) return []
  if (direct) return [{ id: 'direct-tls-unavailable', code }]
  if (kind === 'timeout') return [{ id: 'handshake-unanswered', code }]
  const newest = spoken.at(-1)
  if (newest && isBelow(newest, minTlsVersion)) {
    return [{ id: 'tls-version-too-old', code: `only ${spoken.join(', ')}` }]
  }
  return [{ id: TOO_OLD.test(code) ? 'tls-version-too-old' : 'handshake-failed', code }]
}

const isBelow = (version: TlsVersion, minimum: TlsVersion): boolean =>
  TLS_VERSIONS.indexOf(version) < TLS_VERSIONS.indexOf(minimum)

type Established = Extract<TlsOffer, { kind: 'established' }>

function causesOfTls(tls: Established, demands: Demands): readonly Cause[] {
  const { verdict, openssl, version, alpn } = tls
  const { direct, minTlsVersion, hasRoots, host } = demands
  const leaf = tls.presented[0] as CertificateFacts
  if (direct && alpn !== 'postgresql') return [{ id: 'direct-tls-unavailable', code: 'no ALPN' }]
  const causes: readonly Cause[] = [
    ...when(isBelow(version as TlsVersion, minTlsVersion), {
      id: 'tls-version-too-old',
      code: version,
    }),
    ...when(hasRoots && verdict.chain !== 'trusted', chainCause(tls)),
    ...when(!verdict.usage, { id: 'not-a-server-certificate', certificate: leaf }),
    ...when(!verdict.name, { id: nameDiagnosis(host), certificate: leaf }),
    ...when(verdict.dates !== 'valid', dateCause(tls, demands.now)),
  ]
  const unexplained = causes.length === 0 && !tls.trusted && hasRoots
  return [...causes, ...when(unexplained, { id: 'chain-refused', code: openssl ?? 'unknown' })]
}

const when = (condition: boolean, cause: Cause): readonly Cause[] => (condition ? [cause] : [])

function chainCause({ verdict: { chain, path } }: Established): Cause {
  const last = path.at(-1)
  if (chain === 'not-a-ca') {
    return { id: 'not-an-authority', issuer: path.slice(1).find(({ ca }) => !ca)?.subject ?? '' }
  }
  const id = chain === 'trusted' ? 'chain-refused' : chain
  return { id, issuer: last?.issuer ?? '', ...(last ? { certificate: last } : {}) }
}

function dateCause({ verdict: { dates, datesAt, path } }: Established, now: Date): Cause {
  const certificate = path[datesAt] as CertificateFacts
  const last = path.at(-1) as CertificateFacts
  const isRoot = (it: CertificateFacts): boolean => it.selfSigned && path.length > 1
  if (dates === 'expired') {
    return { id: isRoot(certificate) ? 'root-expired' : 'certificate-expired', certificate }
  }
  // Authorities are old: one from the future is a clock from the past.
  return isRoot(last) && last.validFrom > now
    ? { id: 'clock-behind', certificate: last }
    : { id: 'certificate-not-yet-valid', certificate }
}

function causesOfStartup(answer: StartupAnswer, demands: Demands): readonly Cause[] {
  switch (answer.kind) {
    case 'authentication': {
      const bound = answer.mechanisms.includes('SCRAM-SHA-256-PLUS')
      return when(demands.channelBinding === 'require' && !bound, {
        id: 'channel-binding-not-offered',
      })
    }
    case 'refused': {
      const { reason, sqlstate: code } = answer
      // The probe presents none; the session that comes next does.
      if (reason === 'client-certificate' && demands.clientCertificate) return []
      return [{ id: REFUSED[reason] ?? 'startup-refused', code }]
    }
    case 'no-answer':
      // With TLS 1.3 a server says so after the handshake; PgBouncer: client_tls_sslmode = verify-full.
      if (!/CERTIFICATE_REQUIRED/.test(answer.failure.code)) return [{ id: 'startup-unanswered' }]
      return when(!demands.clientCertificate, { id: 'client-certificate-demanded' })
    case 'garbage':
      return [{ id: 'startup-unanswered' }]
  }
}

const REFUSED: Readonly<Record<string, DiagnosisId>> = {
  hba: 'hba-refuses',
  'client-certificate': 'client-certificate-demanded',
}
