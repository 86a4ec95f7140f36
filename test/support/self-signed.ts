// packages/certs makes no self-signed server certificate, on purpose; this one imitates `openssl req -x509`.
import { KeyObject, webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import type { IssuedCertificate } from '@verify-full/certs'

/** A server certificate signed with its own key, valid for a year. */
export async function selfSigned(
  hosts: readonly string[],
  notBefore: Date,
): Promise<IssuedCertificate> {
  // At run time, when pki.ts has loaded @verify-full/certs and with it the polyfill this library needs.
  const { SubjectAlternativeNameExtension, X509CertificateGenerator } = await import(
    '@peculiar/x509'
  )
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair
  const names = hosts.map((host) => ({
    type: isIP(host) ? ('ip' as const) : ('dns' as const),
    value: host,
  }))
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=localhost',
    keys,
    notBefore,
    notAfter: new Date(notBefore.getTime() + 365 * 86_400_000),
    signingAlgorithm: algorithm,
    extensions: [new SubjectAlternativeNameExtension(names)],
  })
  const pem = `${certificate.toString('pem').trim()}\n`
  const key = KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString()
  return { certificate: pem, chain: pem, key }
}
