/**
 * Looks at live PostgreSQL servers: what they offer to a client without credentials.
 *
 * @module
 */

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
