// packages/certs makes no certificate that breaks the rules of authorities, on purpose; this makes any.
import { createPrivateKey, KeyObject, webcrypto } from 'node:crypto'
import type { Authority } from '@verify-full/certs'

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/** What a certificate claims to be; without an issuer it is its own. */
export interface Claims {
  readonly name: string
  readonly authority: boolean
  /** Whether it has a key usage, and one that leaves out signing certificates. */
  readonly forbidden?: boolean
  /** How many intermediates may follow. */
  readonly pathLength?: number
  readonly hosts?: readonly string[]
  readonly issuer?: Pick<Authority, 'certificate' | 'key' | 'chain'>
}

/** A certificate that its issuer signed, whether or not it may; `chain` ends below a self-signed issuer. */
export async function signed(claims: Claims): Promise<Authority> {
  const x509 = await import('@peculiar/x509')
  const { name, authority, forbidden, pathLength, hosts = [], issuer } = claims
  const keys = (await webcrypto.subtle.generateKey(ALGORITHM, true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair
  const parent = issuer && new x509.X509Certificate(issuer.certificate)
  const der = issuer && createPrivateKey(issuer.key).export({ type: 'pkcs8', format: 'der' })
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=${name}`,
    issuer: parent?.subject ?? `CN=${name}`,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 86_400_000),
    publicKey: keys.publicKey,
    signingKey: der
      ? await webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign'])
      : keys.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(authority, pathLength, true),
      ...(forbidden
        ? [new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true)]
        : []),
      ...(hosts.length === 0
        ? []
        : [
            new x509.SubjectAlternativeNameExtension(
              hosts.map((value) => ({ type: 'dns' as const, value })),
            ),
          ]),
    ],
  })
  const pem = `${certificate.toString('pem').trim()}\n`
  return {
    certificate: pem,
    key: KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString(),
    chain: pem + (issuer && parent?.subject !== parent?.issuer ? issuer.chain : ''),
    root: pem,
  }
}
