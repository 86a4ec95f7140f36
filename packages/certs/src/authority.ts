import { checkKeys, checkName, checkValidity } from './check.js'
import { generateKey, type KeyType } from './key.js'
import { authorityExtensions, sign } from './sign.js'

/** A certificate authority: a root, or an intermediate below one. All four values are PEM. */
export interface Authority {
  /** Its own certificate. */
  readonly certificate: string
  /** Its private key, PKCS #8, unencrypted. Keep it in a file with mode 0600. */
  readonly key: string
  /** Its own certificate followed by its issuers, without the root; for a root, its own certificate. */
  readonly chain: string
  /** The root at the top: the content of libpq's `root.crt` (`sslrootcert`). */
  readonly root: string
}

/** Options of {@link createAuthority}. */
export interface AuthorityOptions {
  /** Common name, 1 to 64 characters. */
  readonly name: string
  /** Validity in days from `now`. Default 3650. */
  readonly days?: number
  /** The clock. Default: the current time. */
  readonly now?: Date
  /** The authority above; with it, the new one is an intermediate. Default: none, a root. */
  readonly issuer?: Authority
  /** Kind of key. Default `'ecdsa-p256'`. */
  readonly key?: KeyType
}

/**
 * Makes a certificate authority for development and tests: basicConstraints CA, keyUsage keyCertSign and
 * cRLSign, subject and authority key identifiers (RFC 5280, section 4.2.1).
 *
 * @throws {TypeError} for an unknown or invalid option.
 * @example
 * ```ts
 * import { createAuthority } from '@verify-full/certs'
 *
 * const root = await createAuthority({ name: 'Development root' })
 * const intermediate = await createAuthority({ name: 'Development databases', issuer: root })
 * console.log(intermediate.root === root.certificate) // true
 * ```
 */
export async function createAuthority(options: AuthorityOptions): Promise<Authority> {
  const where = 'createAuthority'
  checkKeys(where, options, ['name', 'days', 'now', 'issuer', 'key'])
  const commonName = checkName(where, 'name', options.name)
  const validity = checkValidity(where, options, 3650)
  const { keys, pem } = await generateKey(where, options.key)
  const { issuer } = options
  const certificate = await sign(
    where,
    {
      commonName,
      publicKey: keys.publicKey,
      validity,
      extensions: authorityExtensions(),
    },
    issuer ?? { selfKey: pem },
  )
  return {
    certificate,
    key: pem,
    chain: certificate + (issuer ? issuersBelowRoot(issuer) : ''),
    root: issuer?.root ?? certificate,
  }
}

/** The certificates a server presents after its own: every issuer except the root, which clients hold. */
export function issuersBelowRoot(authority: Authority): string {
  return authority.certificate === authority.root ? '' : authority.chain
}
