import {
  type ClientSession,
  daysUntil,
  formatEndpoint,
  formatOrigin,
  type Violation,
} from '@verify-full/core'
import { formatHbaEntry } from '@verify-full/core/offline'
import type { AuditReport, AuditStatus, ServerAudit } from '@verify-full/server'

/** A report as plain data: what `--format json` prints and what the other formats are made of. */
export interface View {
  readonly version: 1
  readonly at: string
  readonly status: AuditStatus
  readonly servers: readonly ServerView[]
}

export interface ServerView {
  readonly cluster: string
  readonly server: string
  readonly role: ServerAudit['role']
  readonly discovered: boolean
  readonly status: AuditStatus
  readonly certificate: CertificateView | null
  /** What expires first of all that is presented: the certificate, or an intermediate, at any address. */
  readonly expires: ExpiryView | null
  readonly addresses: readonly AddressView[]
  readonly settings: Readonly<Record<string, string>>
  readonly rules: readonly { readonly line: number; readonly entry: string }[] | null
  readonly sessions: { readonly seen: number; readonly plaintext: readonly SessionView[] } | null
  readonly survivors: readonly SessionView[]
  readonly findings: readonly FindingView[]
  readonly waived: readonly (FindingView & { readonly reason: string; readonly until: string })[]
  readonly unseen: ServerAudit['unseen']
}

export interface CertificateView {
  readonly subject: string
  readonly issuer: string
  readonly names: readonly string[]
  readonly validTo: string
  readonly daysLeft: number
  readonly fingerprint256: string
}

export interface ExpiryView {
  readonly subject: string
  readonly validTo: string
  readonly daysLeft: number
}

export interface AddressView {
  readonly address: string
  readonly ssl: string
  readonly versions: readonly string[]
  readonly direct: string
  readonly plaintext: string
}

export interface SessionView {
  readonly user: string
  readonly database: string | null
  readonly application: string
  readonly address: string | null
  readonly since: string
  readonly ssl: boolean
  readonly replication: boolean
}

export interface FindingView {
  readonly rule: string
  readonly severity: 'violation' | 'warning'
  readonly expected: string
  readonly found: string
  readonly from: string
  readonly fix: string
  readonly docs: string
  readonly file?: string
  readonly line?: number
}

export const viewOf = ({ at, status, servers }: AuditReport, now: Date): View => ({
  version: 1,
  at: at.toISOString(),
  status,
  servers: servers.map((server) => serverView(server, now)),
})

function serverView(audit: ServerAudit, now: Date): ServerView {
  const { live, posture, offer, endpoint } = audit
  const certificate = posture.certificate
  return {
    cluster: audit.cluster,
    server: formatEndpoint(endpoint),
    role: audit.role,
    discovered: audit.discovered,
    status: audit.status,
    certificate: certificate
      ? {
          subject: certificate.subject,
          issuer: certificate.issuer,
          names: certificate.names,
          validTo: certificate.validTo.toISOString(),
          daysLeft: daysUntil(certificate.validTo, now),
          fingerprint256: certificate.fingerprint256,
        }
      : null,
    expires: audit.expires
      ? {
          subject: audit.expires.subject,
          validTo: audit.expires.validTo.toISOString(),
          daysLeft: daysUntil(audit.expires.validTo, now),
        }
      : null,
    addresses: offer.addresses.map(addressView),
    settings: Object.fromEntries(
      [...(posture.settings ?? [])].map(([name, { value }]) => [name, value]),
    ),
    rules: live?.hba?.map((entry) => ({ line: entry.line, entry: formatHbaEntry(entry) })) ?? null,
    sessions: live?.sessions
      ? { seen: live.sessions.length, plaintext: audit.plaintext.map(sessionView) }
      : null,
    survivors: (live?.survivors ?? []).map(sessionView),
    findings: [...audit.violations, ...audit.warnings].map(findingView),
    waived: audit.waived.map(({ violation, reason, until }) => ({
      ...findingView(violation),
      reason,
      until: until.toISOString(),
    })),
    unseen: audit.unseen,
  }
}

function addressView(offer: ServerAudit['offer']['addresses'][number]): AddressView {
  const { address, tcp, ssl, versions, direct, plaintext } = offer
  const answer = plaintext?.kind === 'authentication' ? 'accepted' : plaintext?.kind
  return {
    address,
    ssl: tcp.connected ? (ssl ?? 'not asked') : `no connection (${tcp.failure.code})`,
    versions: Object.entries(versions ?? {})
      .filter(([, said]) => said === 'accepted')
      .map(([version]) => version)
      .sort(),
    direct: direct ?? 'not asked',
    plaintext: answer ?? 'not asked',
  }
}

const sessionView = (session: ClientSession): SessionView => ({
  user: session.user,
  database: session.database,
  application: session.application,
  address: session.address,
  since: session.startedAt.toISOString(),
  ssl: session.ssl,
  replication: session.replication,
})

const findingView = (violation: Violation): FindingView => ({
  rule: violation.rule,
  severity: violation.severity,
  expected: violation.expected,
  found: violation.actual,
  from: formatOrigin(violation.origin),
  fix: violation.fix,
  docs: violation.docs,
  ...(violation.origin.at
    ? { file: violation.origin.at.file, line: violation.origin.at.line }
    : {}),
})

/** Days left in words. */
export const daysLeftOf = (expires: ExpiryView | null): string =>
  expires === null ? '-' : expires.daysLeft < 0 ? 'expired' : counted(expires.daysLeft, 'day')

export const counted = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? '' : 's'}`
