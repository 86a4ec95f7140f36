export { CONFIG_FILES, type ConfigFile, findConfigFile, loadConfigFile } from './config-file.js'
export { type Admission, admit, arrivalFindings } from './connection/admission.js'
export { CONNECTION, handshakeFindings, observeTls } from './connection/handshake.js'
export { findingsOf, sslAnswerFindings } from './connection/handshake-errors.js'
export { QUESTION } from './connection/question.js'
export { codeOf, refusal, wireRefusal } from './connection/refusal.js'
export { type Answer, type Dialled, judgeSession } from './connection/session.js'
export { type GivenTlsOptions, nameMatches, pinnedTlsOptions } from './connection/tls-options.js'
export { attempt, loadTrust, type Trust } from './connection/trust.js'
export { isVouched, vouch } from './connection/vouched.js'
export {
  inKnexTerms,
  planKnex,
  planKnexRaw,
  readHandedToPg,
  readKnex,
  readKnexSettings,
} from './drivers/knex/plan.js'
export { type PgHeld, planPgHeld } from './drivers/pg/held.js'
export {
  type Env,
  type PgConfig,
  type PgReading,
  type PgVersion,
  planPg,
  readPg,
} from './drivers/pg/plan.js'
export {
  type PostgresReading,
  planPostgres,
  planPostgresReading,
  readPostgres,
} from './drivers/postgres/plan.js'
export { inTypeOrmTerms, planTypeOrm, type TypeOrmInstalled } from './drivers/typeorm/plan.js'
export { type TypeOrmPool, typeOrmPools } from './drivers/typeorm/pools.js'
export { ConnInfoError, ERROR_CODES, type ErrorCode, PolicyError, RootCertError } from './errors.js'
export { type Events, events, publish } from './events.js'
export {
  describe,
  formatEndpoint,
  formatOrigin,
  formatReports,
  formatTransports,
  formatViolation,
  formatViolations,
} from './format.js'
export { type Accepted, type Circumstances, isAccepted, judge, type Verdict } from './judge.js'
export * from './model.js'
export { definePolicy, type Policy, type PolicyOptions, type Waiver } from './policy.js'
export type { ClientSession, Drift, ServerPosture, ServerSetting } from './posture.js'
export { isLoopback, plaintextSession } from './protection.js'
export type { Report, SessionReport, Waived, Whose } from './report.js'
export { type LoadedRoots, loadCrl, loadRoots, parseCertificates } from './roots.js'
export {
  daysUntil,
  type Finding,
  RULE_IDS,
  type RuleId,
  rules,
  type Severity,
  type Subject,
  type Violation,
} from './rules.js'
export { sharedSet } from './shared.js'
export { nearest } from './suggest.js'
