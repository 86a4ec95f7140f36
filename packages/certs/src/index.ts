/**
 * Development certificate authorities and certificates for PostgreSQL: a root, intermediates, servers,
 * clients, signing requests and revocation lists, as PEM strings and without the `openssl` command; and
 * what there is in certificates that others made.
 *
 * @module
 */
export { type Authority, type AuthorityOptions, createAuthority } from './authority.js'
export { type CrlOptions, createCrl } from './crl.js'
export { type InspectedCertificate, type Inspection, inspectCertificates } from './inspect.js'
export type { KeyType } from './key.js'
export { type Rehearsal, type RehearseOptions, rehearse } from './rehearse.js'
export { type CertificateRequest, createRequest, type RequestOptions } from './request.js'
export { createSelfSigned } from './self-signed.js'
export {
  type ClientCertificateOptions,
  type IssuedCertificate,
  type IssueOptions,
  issueClientCertificate,
  issueServerCertificate,
  type ServerCertificateOptions,
} from './server.js'
