// @peculiar/x509 resolves its parsers by constructor metadata, so the polyfill must be loaded first.
import 'reflect-metadata'
import type { webcrypto } from 'node:crypto'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  type JsonGeneralNames,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'
import type { Validity } from './check.js'
import { importSigningKey } from './key.js'

/** The pair an issuer signs with, both PEM. */
export interface Issuer {
  readonly certificate: string
  readonly key: string
}

/** Reads an issuer's certificate. Throws TypeError when it is not a certificate of an authority. */
export function readIssuer(where: string, issuer: Issuer): X509Certificate {
  const certificate = readCertificate(where, "the authority's 'certificate'", issuer?.certificate)
  if (certificate.getExtension(BasicConstraintsExtension)?.ca !== true) {
    throw new TypeError(`${where}: the authority's 'certificate' is not a CA certificate`)
  }
  return certificate
}

/** Reads one PEM certificate; of a chain, the first. Throws TypeError that names `what`. */
export function readCertificate(where: string, what: string, pem: string): X509Certificate {
  const block = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(pem ?? '')
  try {
    return new X509Certificate(block?.[0] ?? '')
  } catch {
    throw new TypeError(`${where}: ${what} is not a PEM certificate`)
  }
}

/** PEM that ends with a newline, so that blocks can be concatenated into a file. */
export function toPem(block: { toString(format: 'pem'): string }): string {
  return `${block.toString('pem').trim()}\n`
}

/** What the new certificate says; RFC 5280 sections 4.1.2.6 and 4.2. */
export interface Subject {
  /** Undefined makes an empty subject. */
  readonly commonName: string | undefined
  readonly publicKey: webcrypto.CryptoKey
  readonly validity: Validity
  readonly extensions: readonly Extension[]
}

/** A name of one common name, or an empty one. */
export const nameOf = (commonName: string | undefined): Name =>
  // As an object: the library would read '#' and quotes inside a plain string as its own syntax.
  new Name(commonName === undefined ? [] : [{ CN: [{ utf8String: commonName }] }])

/** Signs a certificate. `issuer` absent means signed by `selfKey`, its own private key (PEM). */
export async function sign(
  where: string,
  subject: Subject,
  issuer: Issuer | { selfKey: string },
): Promise<string> {
  const name = nameOf(subject.commonName)
  const parent = 'selfKey' in issuer ? undefined : readIssuer(where, issuer)
  const { key, algorithm } = await importSigningKey(
    where,
    'selfKey' in issuer ? issuer.selfKey : issuer.key,
  )
  const certificate = await X509CertificateGenerator.create({
    subject: name,
    issuer: parent?.subjectName ?? name,
    ...subject.validity,
    publicKey: subject.publicKey,
    signingKey: key,
    signingAlgorithm: algorithm,
    extensions: [
      ...subject.extensions,
      await SubjectKeyIdentifierExtension.create(subject.publicKey),
      // Names the issuer's key, which tells apart two authorities that share a name (RFC 5280, 4.2.1.1).
      await AuthorityKeyIdentifierExtension.create(parent?.publicKey ?? subject.publicKey),
    ],
  })
  // Catches a certificate and a key of two different authorities before a server is started with them.
  if (parent && !(await certificate.verify({ publicKey: parent, signatureOnly: true }))) {
    throw new TypeError(`${where}: the authority's 'key' does not belong to its 'certificate'`)
  }
  return toPem(certificate)
}

/** Extensions of an authority: basicConstraints and keyUsage, both critical (RFC 5280, 4.2.1.9 and 4.2.1.3). */
export function authorityExtensions(): readonly Extension[] {
  return [
    new BasicConstraintsExtension(true, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
  ]
}

/** Extensions of an end entity: what the key is for and, for a server, its names. */
export function leafExtensions(
  usage: 'server' | 'client',
  names: JsonGeneralNames,
  { nameless, rsa }: { nameless: boolean; rsa: boolean },
): readonly Extension[] {
  // RSA key exchange, still possible in TLS 1.2, encrypts with the certificate's key.
  const keyEncipherment = rsa ? KeyUsageFlags.keyEncipherment : 0
  const extendedUsage =
    usage === 'server' ? ExtendedKeyUsage.serverAuth : ExtendedKeyUsage.clientAuth
  return [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature | keyEncipherment, true),
    new ExtendedKeyUsageExtension([extendedUsage]),
    // RFC 5280, 4.2.1.6: critical exactly when the subject is empty.
    ...(names.length > 0 ? [new SubjectAlternativeNameExtension(names, nameless)] : []),
  ]
}

/**
 * Extensions of a server's self-signed certificate. No keyUsage: one without keyCertSign keeps OpenSSL
 * 1.1 from seeing that it is self-signed, and one with it would make an authority of the server.
 */
export const selfSignedExtensions = (names: JsonGeneralNames): readonly Extension[] => [
  new BasicConstraintsExtension(false, undefined, true),
  new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
  new SubjectAlternativeNameExtension(names),
]
