import {
  type Authority,
  createAuthority,
  createCrl,
  type IssuedCertificate,
  issueClientCertificate,
  issueServerCertificate,
} from '@verify-full/certs'
import { type PkiFiles, writePki } from './pki-files.js'
import { selfSigned } from './self-signed.js'

export type { PkiFiles } from './pki-files.js'

/** The certificates of the set, each by what is right or wrong with it. */
export type CertificateKind =
  | 'good'
  | 'good-rsa'
  | 'wrong-name'
  | 'localhost-only'
  | 'rogue'
  | 'expired'
  | 'not-yet-valid'
  | 'client-usage'
  | 'intermediate'
  | 'intermediate-missing'
  | 'soon-expiring'
  | 'revoked'
  | 'client'
  | 'rogue-client'
  | 'self-signed'

/** Names of the good certificate, and of every other kind that does not differ by its names. */
export const HOSTS: readonly string[] = ['localhost', 'db.example.com', '127.0.0.1', '::1']

/** Two roots, an intermediate, and certificates good and bad. */
export interface Pki {
  readonly root: Authority
  readonly rogueRoot: Authority
  readonly intermediate: Authority
  /** Revokes the kind `revoked`; signed by the root, so it covers all but the intermediate kinds. */
  readonly crl: string
  /** An empty list of the intermediate, for chains that are checked whole. */
  readonly intermediateCrl: string
  /** `chain` is what a server presents, which for `intermediate-missing` is the leaf alone. */
  certificate(kind: CertificateKind): IssuedCertificate
  /** Writes the set into a fresh temporary directory; dispose removes it. */
  write(): Promise<PkiFiles>
}

const DAY = 86_400_000

let built: Promise<Pki> | undefined

/**
 * The set of certificates; built once per process.
 *
 * @example
 * ```ts
 * const { root, certificate } = await pki()
 * tls.createServer({ cert: certificate('good').chain, key: certificate('good').key })
 * ```
 */
export function pki(): Promise<Pki> {
  built ??= build()
  return built
}

async function build(): Promise<Pki> {
  const now = new Date()
  const at = (days: number): Date => new Date(now.getTime() + days * DAY)
  // The authorities are two years old, so that an expired certificate was once a valid one.
  const root = await createAuthority({ name: 'verify-full test root', now: at(-730) })
  const rogueRoot = await createAuthority({ name: 'verify-full rogue root', now: at(-730) })
  const intermediate = await createAuthority({
    name: 'verify-full test intermediate',
    now: at(-730),
    issuer: root,
  })
  // A minute old, for clocks of the same machine that do not agree (virtual machines, libfaketime).
  const recent = { notBefore: new Date(now.getTime() - 60_000) }
  const server = (authority: Authority, options: object = {}): Promise<IssuedCertificate> =>
    issueServerCertificate(authority, { hosts: HOSTS, ...recent, ...options })
  const between = await server(intermediate)

  const certificates: Record<CertificateKind, IssuedCertificate> = {
    good: await server(root),
    'good-rsa': await server(root, { key: 'rsa-2048' }),
    'wrong-name': await server(root, { hosts: ['other.example.com'] }),
    'localhost-only': await server(root, { hosts: ['localhost'] }),
    rogue: await server(rogueRoot),
    expired: await server(root, { notBefore: at(-400), notAfter: at(-1) }),
    'not-yet-valid': await server(root, { notBefore: at(30), notAfter: at(400) }),
    'client-usage': await server(root, { usage: 'client' }),
    intermediate: between,
    'intermediate-missing': { ...between, chain: between.certificate },
    'soon-expiring': await server(root, { notAfter: at(10) }),
    revoked: await server(root),
    client: await issueClientCertificate(root, { user: 'app', ...recent }),
    'rogue-client': await issueClientCertificate(rogueRoot, { user: 'app', ...recent }),
    'self-signed': await selfSigned(HOSTS, recent.notBefore),
  }
  const crl = await createCrl(root, { revoked: [certificates.revoked.certificate] })
  const intermediateCrl = await createCrl(intermediate, { revoked: [] })
  const certificate = (kind: CertificateKind): IssuedCertificate => certificates[kind]
  const write = (): Promise<PkiFiles> => writePki({ certificates, crl, root, rogueRoot })
  return { root, rogueRoot, intermediate, crl, intermediateCrl, certificate, write }
}
