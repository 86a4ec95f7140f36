import type { SessionReport, Violation } from '@verify-full/core'
import type { CertificateFacts } from '@verify-full/core/offline'
import type { AddressOffer } from '../probe/types.js'

/** From the string to a verified session: the order in which a connection is examined. */
export const STEPS = [
  'configuration',
  'root certificates',
  'name resolution',
  'tcp',
  'ssl request',
  'tls handshake',
  'certificate chain',
  'host name',
  'dates',
  'startup',
  'session',
] as const
export type StepId = (typeof STEPS)[number]

/** One step and what was seen. `skipped`: not reached, or not needed. */
export interface Step {
  readonly id: StepId
  readonly status: 'passed' | 'failed' | 'warning' | 'skipped'
  readonly detail: string
}

/** Every cause that is told apart, in the order of the steps. */
export const DIAGNOSIS_IDS = [
  'configuration-refused',
  'root-cert-unusable',
  'root-cert-not-a-root',
  'name-unresolved',
  'tcp-refused',
  'tcp-timeout',
  'tcp-unreachable',
  'server-says-no',
  'not-postgresql',
  'ssl-request-unanswered',
  'plaintext-injected',
  'direct-tls-unavailable',
  'tls-version-too-old',
  'handshake-unanswered',
  'handshake-failed',
  'self-signed',
  'unknown-root',
  'issuer-missing',
  'issuer-other-key',
  'not-an-authority',
  'chain-refused',
  'not-a-server-certificate',
  'name-mismatch',
  'ip-not-in-certificate',
  'certificate-expired',
  'root-expired',
  'certificate-not-yet-valid',
  'clock-behind',
  'hba-refuses',
  'client-certificate-demanded',
  'startup-refused',
  'startup-unanswered',
  'channel-binding-not-offered',
  'pooler-plaintext',
  'pooler-reencrypts',
  'channel-binding-missing',
  'session-refused',
  'password-wrong',
  'database-missing',
  'session-failed',
] as const
export type DiagnosisId = (typeof DIAGNOSIS_IDS)[number]

/** Why a connection does not become a verified session, and what to do. */
export interface Diagnosis {
  readonly id: DiagnosisId
  readonly step: StepId
  /** The address it is about, where the name has several. */
  readonly address?: string
  readonly problem: string
  readonly fix: string
  /** Where the provider of this host has its root certificate, where the host is a known provider's. */
  readonly hint?: string
  readonly docs: string
}

/** Everything that was found out about one endpoint. Holds no secret and no user name. */
export interface Examination {
  readonly host: string
  readonly port: number
  readonly steps: readonly Step[]
  /** The cause first, then what else is wrong; empty where the connection verifies. */
  readonly diagnoses: readonly Diagnosis[]
  readonly addresses: readonly AddressOffer[]
  /** A self-signed certificate that the server presented and root.crt lacks: what could be trusted. */
  readonly offeredRoot?: CertificateFacts
  readonly session?: SessionReport
}

/** How the last step went: the guard's own connection, the only one that may send a password. */
export type SessionOutcome =
  | { readonly kind: 'accepted'; readonly report: SessionReport }
  | { readonly kind: 'refused'; readonly violations: readonly Violation[] }
  /** `code`: an SQLSTATE or Node's error code. */
  | { readonly kind: 'failed'; readonly code: string }
  /** Why it was not tried, for the report. */
  | { readonly kind: 'skipped'; readonly reason: string }
