/**
 * Looks at live PostgreSQL servers: what they offer to a client without credentials, and what a connection
 * sees of their rules, sessions and replicas.
 *
 * @module
 */
export { audit } from './audit/audit.js'
export {
  AUDIT_STATUSES,
  type AuditOptions,
  type AuditReport,
  type AuditStatus,
  type AuditTarget,
  type ServerAudit,
} from './audit/types.js'
export { type ExamineOptions, examine } from './doctor/examine.js'
export { MANAGED_DATABASES, type ManagedDatabase, managedDatabaseOf } from './doctor/managed.js'
export {
  DIAGNOSIS_IDS,
  type Diagnosis,
  type DiagnosisId,
  type Examination,
  type SessionOutcome,
  STEPS,
  type Step,
  type StepId,
} from './doctor/types.js'
export type { Connection, LiveFacts, Query, Standby, Unseen } from './live/types.js'
export { type ProbeOptions, type ProbeTarget, probe } from './probe/probe.js'
export type { Account } from './probe/startup.js'
export type {
  AddressOffer,
  DirectAnswer,
  Failure,
  ProbeTest,
  ServerOffer,
  SslAnswer,
  StartupAnswer,
  TlsOffer,
  VersionAnswer,
} from './probe/types.js'
export { LOOK_CHANNEL, WATCH_CHANNEL } from './watch/channels.js'
export type {
  CertificateIdentity,
  Clock,
  IgnoredSession,
  Look,
  PlaintextClient,
  Watch,
  WatchEvent,
  WatchedPool,
  WatchOptions,
} from './watch/types.js'
export { watch } from './watch/watch.js'
