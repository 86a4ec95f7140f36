/**
 * Looks at live PostgreSQL servers: what they offer to a client without credentials.
 *
 * @module
 */
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
