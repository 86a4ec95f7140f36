import { X509Certificate } from 'node:crypto'
import type { CertificateSummary } from '../model.js'

/** What a certificate says, without judgement. Public data only. */
export interface CertificateFacts extends CertificateSummary {
  /** Hexadecimal, as OpenSSL writes it. */
  readonly serialNumber: string
  /** Kind and size of the public key: `EC prime256v1`, `RSA 2048`, `ED25519`. */
  readonly key: string
  /** Whether it may issue certificates (RFC 5280, 4.2.1.3 and 4.2.1.9). */
  readonly ca: boolean
  /** Whether it is signed by its own key: a root, or a self-signed server certificate. */
  readonly selfSigned: boolean
  /** Extended key usages as object identifiers (RFC 5280, 4.2.1.12); null where there is no such extension. */
  readonly usages: readonly string[] | null
  /** The certificate itself. */
  readonly pem: string
}

/** id-kp-serverAuth and id-kp-clientAuth (RFC 5280, 4.2.1.12). */
export const KEY_PURPOSES = {
  server: '1.3.6.1.5.5.7.3.1',
  client: '1.3.6.1.5.5.7.3.2',
} as const

/**
 * Reads one certificate.
 *
 * @throws {TypeError} for what is not a certificate in PEM or DER.
 * @example
 * import { readFileSync } from 'node:fs'
 * import { readCertificate } from '@verify-full/core/offline'
 *
 * export const { names, validTo } = readCertificate(readFileSync('server.crt'))
 */
export function readCertificate(certificate: string | Uint8Array): CertificateFacts {
  return factsOf(parse(certificate))
}

/** Parses PEM or DER. @throws {TypeError} that quotes nothing of what it was given. */
export function parse(certificate: string | Uint8Array): X509Certificate {
  try {
    return new X509Certificate(certificate)
  } catch (cause) {
    throw new TypeError('not a certificate in PEM or DER', { cause })
  }
}

export function factsOf(certificate: X509Certificate): CertificateFacts {
  const { subject, issuer, subjectAltName, validFrom, validTo, fingerprint256, ca } = certificate
  return {
    subject: oneLine(subject),
    issuer: oneLine(issuer),
    names: splitNames(subjectAltName),
    validFrom: new Date(validFrom),
    validTo: new Date(validTo),
    fingerprint256,
    serialNumber: certificate.serialNumber,
    key: keyOf(certificate),
    ca: ca && !forbidsSigning(certificate),
    selfSigned: isSelfSigned(certificate),
    // Node's `keyUsage` is the extended one.
    usages: (certificate.keyUsage as readonly string[] | undefined) ?? null,
    pem: certificate.toString(),
  }
}

/** Whether its own key made its signature; a name that equals its issuer's alone is no proof. */
export const isSelfSigned = (certificate: X509Certificate): boolean =>
  // Not checkIssued(): a server's own certificate need not have the usage to sign certificates.
  certificate.subject === certificate.issuer && signedBy(certificate, certificate)

/** Whether `issuer`'s key made the signature; a key that cannot have made it is a no, not an error. */
export function signedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.verify(issuer.publicKey)
  } catch {
    return false
  }
}

const KEY_USAGE = Buffer.from('0603551d0f', 'hex')

/**
 * Whether it says what its key is for, and leaves out signing certificates (RFC 5280, 4.2.1.3). Node does not
 * show this extension: after its name, and perhaps `critical`, comes an octet string with a bit string.
 */
export function forbidsSigning({ raw }: X509Certificate): boolean {
  const at = raw.indexOf(KEY_USAGE)
  if (at < 0) return false
  const name = at + KEY_USAGE.length
  const [octets, , bits, , , usage = 0] = raw.subarray(raw[name] === 0x01 ? name + 3 : name)
  return octets === 0x04 && bits === 0x03 && (usage & 0x04) === 0
}

/** Node's `undefined` for an empty name is typed as a string. */
const oneLine = (name: string | undefined): string => (name ?? '').replaceAll('\n', ', ')

/** Node quotes an entry that has a comma of its own as JSON. */
const splitNames = (names: string | undefined): readonly string[] =>
  names?.match(/(?:[^,"]|"(?:[^"\\]|\\.)*")+/g)?.map((name) => name.trim()) ?? []

function keyOf(certificate: X509Certificate): string {
  try {
    const { asymmetricKeyType: type = 'unknown', asymmetricKeyDetails: details } =
      certificate.publicKey
    const size = details?.namedCurve ?? details?.modulusLength
    return `${type.toUpperCase()}${size === undefined ? '' : ` ${size}`}`
  } catch {
    // A curve that this OpenSSL does not have.
    return 'unknown'
  }
}
