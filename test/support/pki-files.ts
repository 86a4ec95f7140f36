import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Authority, IssuedCertificate } from '@verify-full/certs'
import type { CertificateKind } from './pki.js'

/** Paths of the set in a directory; keys have mode 0600. */
export interface PkiFiles {
  readonly dir: string
  /** The root: `sslrootcert`. */
  readonly root: string
  /** The root that signed none of the good certificates. */
  readonly rogueRoot: string
  /** The revocation list of the root: `sslcrl`. */
  readonly crl: string
  /** The presented chain of a kind. */
  certificate(kind: CertificateKind): string
  /** The key of a kind. */
  key(kind: CertificateKind): string
  [Symbol.asyncDispose](): Promise<void>
}

/** Writes the set into a fresh temporary directory. */
export async function writePki(set: {
  certificates: Record<CertificateKind, IssuedCertificate>
  crl: string
  root: Authority
  rogueRoot: Authority
}): Promise<PkiFiles> {
  const dir = await mkdtemp(join(tmpdir(), 'verify-full-pki-'))
  const write = (name: string, pem: string, mode = 0o644): string => {
    const path = join(dir, name)
    writeFileSync(path, pem, { mode })
    return path
  }
  for (const [kind, issued] of Object.entries(set.certificates)) {
    write(`${kind}.crt`, issued.chain)
    write(`${kind}.key`, issued.key, 0o600)
  }
  return {
    dir,
    root: write('root.crt', set.root.root),
    rogueRoot: write('rogue-root.crt', set.rogueRoot.root),
    crl: write('root.crl', set.crl),
    certificate: (kind) => join(dir, `${kind}.crt`),
    key: (kind) => join(dir, `${kind}.key`),
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  }
}
