import { type Authority, issuersBelowRoot } from './authority.js'
import { checkKeys, checkName, checkValidity } from './check.js'
import { subjectAltNames } from './hosts.js'
import { generateKey, type KeyType } from './key.js'
import { leafExtensions, sign } from './sign.js'

/** A certificate with its key. All three values are PEM. */
export interface IssuedCertificate {
  /** The certificate alone. */
  readonly certificate: string
  /** The certificate and its issuers below the root: what `ssl_cert_file` (or `sslcert`) should hold. */
  readonly chain: string
  /** The private key, PKCS #8, unencrypted. PostgreSQL requires file mode 0600 or stricter. */
  readonly key: string
}

/** Validity and key options that all issued certificates share. */
export interface IssueOptions {
  /** Validity in days from `notBefore`. Default 397. Not together with `notAfter`. */
  readonly days?: number
  /** The clock. Default: the current time. */
  readonly now?: Date
  /** Start of validity. Default `now`. */
  readonly notBefore?: Date
  /** End of validity. Default `notBefore` plus `days`. */
  readonly notAfter?: Date
  /** Kind of key. Default `'ecdsa-p256'`. */
  readonly key?: KeyType
}

/** Options of {@link issueServerCertificate}. */
export interface ServerCertificateOptions extends IssueOptions {
  /** DNS names (`*.` allowed in front) and IP addresses that clients dial; at least one. */
  readonly hosts: readonly string[]
  /** Common name, 1 to 64 characters. Default: the first host, or none where that is longer. */
  readonly commonName?: string
  /** Extended key usage: serverAuth or clientAuth. Default `'server'`; a server with `'client'` is refused. */
  readonly usage?: 'server' | 'client'
}

/** The keys of {@link IssueOptions}. */
export const SHARED: readonly string[] = ['days', 'now', 'notBefore', 'notAfter', 'key']

/**
 * Issues a certificate for a PostgreSQL server (`ssl_cert_file`, `ssl_key_file`; manual section 18.9).
 * Every host goes into subjectAltName: verify-full looks at the common name only where there is none.
 *
 * @throws {TypeError} for an unknown or invalid option, or an authority that cannot sign.
 * @example
 * ```ts
 * import { createAuthority, issueServerCertificate } from '@verify-full/certs'
 *
 * const root = await createAuthority({ name: 'Development root' })
 * const server = await issueServerCertificate(root, { hosts: ['localhost', '127.0.0.1', '::1'] })
 * console.log(server.chain)
 * ```
 */
export async function issueServerCertificate(
  authority: Authority,
  options: ServerCertificateOptions,
): Promise<IssuedCertificate> {
  const where = 'issueServerCertificate'
  checkKeys(where, options, ['hosts', 'commonName', 'usage', ...SHARED])
  const names = subjectAltNames(where, options.hosts)
  const usage = options.usage ?? 'server'
  if (usage !== 'server' && usage !== 'client') {
    throw new TypeError(`${where}: 'usage' must be 'server' or 'client'`)
  }
  const commonName = commonNameOf(where, options)
  return issue(where, authority, options, { commonName, usage, names })
}

/** The common name of a server: as given, else its first host where that is short enough. */
export function commonNameOf(
  where: string,
  { hosts, commonName }: Pick<ServerCertificateOptions, 'hosts' | 'commonName'>,
): string | undefined {
  if (commonName !== undefined) return checkName(where, 'commonName', commonName)
  const first = hosts[0] ?? ''
  return first.length <= 64 ? first : undefined
}

/** Options of {@link issueClientCertificate}. */
export interface ClientCertificateOptions extends IssueOptions {
  /** The PostgreSQL role: the common name that `cert` authentication compares (manual section 20.12). */
  readonly user: string
}

/**
 * Issues a client certificate (`sslcert`, `sslkey`; manual section 32.19.2) for one role.
 *
 * @throws {TypeError} for an unknown or invalid option, or an authority that cannot sign.
 * @example
 * ```ts
 * import { createAuthority, issueClientCertificate } from '@verify-full/certs'
 *
 * const root = await createAuthority({ name: 'Development clients' })
 * const client = await issueClientCertificate(root, { user: 'app', days: 30 })
 * console.log(client.certificate)
 * ```
 */
export async function issueClientCertificate(
  authority: Authority,
  options: ClientCertificateOptions,
): Promise<IssuedCertificate> {
  const where = 'issueClientCertificate'
  checkKeys(where, options, ['user', ...SHARED])
  const commonName = checkName(where, 'user', options.user)
  return issue(where, authority, options, { commonName, usage: 'client', names: [] })
}

async function issue(
  where: string,
  authority: Authority,
  options: IssueOptions,
  subject: {
    commonName: string | undefined
    usage: 'server' | 'client'
    names: ReturnType<typeof subjectAltNames>
  },
): Promise<IssuedCertificate> {
  const { commonName, usage, names } = subject
  const validity = checkValidity(where, options, 397)
  const { keys, pem } = await generateKey(where, options.key)
  const certificate = await sign(
    where,
    {
      commonName,
      publicKey: keys.publicKey,
      validity,
      extensions: leafExtensions(usage, names, {
        nameless: commonName === undefined,
        rsa: options.key === 'rsa-2048',
      }),
    },
    authority,
  )
  return { certificate, chain: certificate + issuersBelowRoot(authority), key: pem }
}
