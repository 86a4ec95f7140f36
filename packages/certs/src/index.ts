/**
 * Development certificate authorities and certificates for PostgreSQL: a root, intermediates, servers,
 * clients and revocation lists, as PEM strings and without the `openssl` command.
 *
 * @module
 */
export { type Authority, type AuthorityOptions, createAuthority } from './authority.js'
export { type CrlOptions, createCrl } from './crl.js'
export type { KeyType } from './key.js'
export {
  type ClientCertificateOptions,
  type IssuedCertificate,
  type IssueOptions,
  issueClientCertificate,
  issueServerCertificate,
  type ServerCertificateOptions,
} from './server.js'
