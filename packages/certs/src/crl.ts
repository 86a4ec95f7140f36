// Must come before @peculiar/x509, which resolves its parsers by constructor metadata.
import 'reflect-metadata'
import {
  AuthorityKeyIdentifierExtension,
  Extension,
  X509CrlGenerator,
  X509CrlReason,
} from '@peculiar/x509'
import type { Authority } from './authority.js'
import { checkDate, checkDays, checkKeys } from './check.js'
import { importSigningKey } from './key.js'
import { readCertificate, readIssuer, toPem } from './sign.js'

/** Options of {@link createCrl}. */
export interface CrlOptions {
  /** PEM certificates that are revoked as of `now`; of a chain, the first. May be empty. */
  readonly revoked: readonly string[]
  /** The clock, and `thisUpdate`. Default: the current time. */
  readonly now?: Date
  /** Days until `nextUpdate`, after which the list is stale. Default 30. */
  readonly days?: number
}

/**
 * Makes an authority's certificate revocation list (RFC 5280, section 5) as PEM: the content of libpq's
 * `root.crl` (`sslcrl`) or of the server's `ssl_crl_file`.
 *
 * A list covers the certificates of one issuer. libpq checks the whole chain, so where there is an
 * intermediate, concatenate the lists of the root and of the intermediate.
 *
 * @throws {TypeError} for an unknown or invalid option, or a certificate of another issuer.
 * @example
 * ```ts
 * import { createAuthority, createCrl, issueServerCertificate } from '@verify-full/certs'
 *
 * const root = await createAuthority({ name: 'Development root' })
 * const server = await issueServerCertificate(root, { hosts: ['localhost'] })
 * const crl = await createCrl(root, { revoked: [server.certificate] })
 * console.log(crl)
 * ```
 */
export async function createCrl(authority: Authority, options: CrlOptions): Promise<string> {
  const where = 'createCrl'
  checkKeys(where, options, ['revoked', 'now', 'days'])
  const issuer = readIssuer(where, authority)
  const now = checkDate(where, 'now', options.now, () => new Date())
  const days = checkDays(where, options.days, 30)
  if (!Array.isArray(options.revoked)) {
    throw new TypeError(`${where}: 'revoked' must be an array of PEM certificates`)
  }
  const entries = options.revoked.map((pem: string, index: number) => {
    const certificate = readCertificate(where, `'revoked[${index}]'`, pem)
    if (certificate.issuer !== issuer.subject) {
      throw new TypeError(`${where}: 'revoked[${index}]' was not issued by this authority`)
    }
    return {
      serialNumber: certificate.serialNumber,
      revocationDate: now,
      reason: X509CrlReason.keyCompromise,
    }
  })
  const { key, algorithm } = await importSigningKey(where, authority.key)
  const crl = await X509CrlGenerator.create({
    issuer: issuer.subjectName,
    thisUpdate: now,
    nextUpdate: new Date(now.getTime() + days * 86_400_000),
    entries,
    signingKey: key,
    signingAlgorithm: algorithm,
    extensions: [await AuthorityKeyIdentifierExtension.create(issuer.publicKey), crlNumber(now)],
  })
  // The library says 'BEGIN CRL', which OpenSSL does not read; RFC 7468, section 7, has 'X509 CRL'.
  return toPem(crl).replaceAll(' CRL-', ' X509 CRL-')
}

/** CRL number (RFC 5280, 5.2.3): must grow from list to list, which the clock does. */
function crlNumber(now: Date): Extension {
  const integer = Buffer.alloc(10)
  integer.writeUInt8(0x02, 0) // INTEGER
  integer.writeUInt8(8, 1)
  // 0x01 in front keeps the DER integer minimal and positive for every clock.
  integer.writeUInt8(0x01, 2)
  integer.writeUIntBE(Math.max(0, now.getTime()), 4, 6)
  return new Extension('2.5.29.20', false, integer)
}
