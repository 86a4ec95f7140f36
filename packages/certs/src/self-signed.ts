import { checkKeys, checkValidity } from './check.js'
import { subjectAltNames } from './hosts.js'
import { generateKey } from './key.js'
import {
  commonNameOf,
  type IssuedCertificate,
  type ServerCertificateOptions,
  SHARED,
} from './server.js'
import { selfSignedExtensions, sign } from './sign.js'

/**
 * Makes a server certificate that is its own issuer, and so its own `root.crt` (manual section 18.9.5,
 * first part). Every renewal has to reach every client: with an authority ({@link createAuthority}) none has.
 *
 * @throws {TypeError} for an unknown or invalid option.
 * @example
 * ```ts
 * import { createSelfSigned } from '@verify-full/certs'
 *
 * const { certificate, key } = await createSelfSigned({ hosts: ['localhost'] })
 * console.log(certificate, key.length)
 * ```
 */
export async function createSelfSigned(
  options: Omit<ServerCertificateOptions, 'usage'>,
): Promise<IssuedCertificate> {
  const where = 'createSelfSigned'
  checkKeys(where, options, ['hosts', 'commonName', ...SHARED])
  const names = subjectAltNames(where, options.hosts)
  const commonName = commonNameOf(where, options)
  const validity = checkValidity(where, options, 397)
  const { keys, pem } = await generateKey(where, options.key)
  const certificate = await sign(
    where,
    {
      // An empty name could not be told from another empty one: self-signed needs a subject.
      commonName: commonName ?? 'self-signed',
      publicKey: keys.publicKey,
      validity,
      extensions: selfSignedExtensions(names),
    },
    { selfKey: pem },
  )
  return { certificate, chain: certificate, key: pem }
}
