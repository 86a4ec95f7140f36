// Must come before @peculiar/x509, which resolves its parsers by constructor metadata.
import 'reflect-metadata'
import {
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension,
} from '@peculiar/x509'
import { checkKeys } from './check.js'
import { subjectAltNames } from './hosts.js'
import { generateKey, importSigningKey, type KeyType } from './key.js'
import { commonNameOf } from './server.js'
import { nameOf, toPem } from './sign.js'

/** Options of {@link createRequest}. */
export interface RequestOptions {
  /** DNS names and IP addresses that clients dial; at least one. */
  readonly hosts: readonly string[]
  /** Common name, 1 to 64 characters. Default: the first host, or none where that is longer. */
  readonly commonName?: string
  /** Kind of key. Default `'ecdsa-p256'`. */
  readonly key?: KeyType
}

/** A certificate signing request with its key. Both values are PEM. */
export interface CertificateRequest {
  /** What is sent to the authority. */
  readonly request: string
  /** The private key, PKCS #8, unencrypted. It stays here, in a file with mode 0600. */
  readonly key: string
}

/**
 * Makes a key and a certificate signing request (PKCS #10, RFC 2986) for a real authority. The hosts are
 * asked for as subjectAltName: without it verify-full falls back to the common name.
 *
 * @throws {TypeError} for an unknown or invalid option.
 * @example
 * ```ts
 * import { createRequest } from '@verify-full/certs'
 *
 * const { request, key } = await createRequest({ hosts: ['db.example.com'] })
 * console.log(request, key.length)
 * ```
 */
export async function createRequest(options: RequestOptions): Promise<CertificateRequest> {
  const where = 'createRequest'
  checkKeys(where, options, ['hosts', 'commonName', 'key'])
  const names = subjectAltNames(where, options.hosts)
  const commonName = commonNameOf(where, options)
  const { keys, pem } = await generateKey(where, options.key)
  const { algorithm } = await importSigningKey(where, pem)
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: nameOf(commonName),
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new SubjectAlternativeNameExtension(names, commonName === undefined),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
    ],
  })
  return { request: toPem(request), key: pem }
}
