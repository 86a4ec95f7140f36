import { readFileSync, statSync } from 'node:fs'
import {
  type Finding,
  type LoadedRoots,
  loadCrl,
  loadRoots,
  type PgReading,
  type Plan,
  type Policy,
  RootCertError,
} from '@verify-full/core'

/** Everything read from files for one connection. Holds a private key: never put into a report. */
export interface Material {
  readonly roots: LoadedRoots | undefined
  readonly crl: readonly string[] | undefined
  readonly cert: string | undefined
  readonly key: string | undefined
  /** What could not be used, for the judge. */
  readonly findings: readonly Finding[]
}

/** Reads root certificates, revocation lists and the client certificate that a plan and its URL name. */
export function readMaterial(plan: Plan, policy: Policy, reading: PgReading | undefined): Material {
  const findings: Finding[] = []
  const attempt = <T>(rule: Finding['rule'], origin: Finding['origin'], load: () => T) => {
    try {
      return load()
    } catch (error) {
      if (!(error instanceof RootCertError)) throw error
      findings.push({ rule, origin, written: error.message })
      return undefined
    }
  }
  const tls = plan.transports.find((transport) => transport.kind === 'tls')
  const rootsOrigin =
    tls && 'origin' in tls.roots
      ? tls.roots.origin
      : ({ via: 'default', key: 'sslrootcert' } as const)
  const roots =
    tls && tls.verification !== 'none'
      ? attempt('root-cert-unusable', rootsOrigin, () => loadRoots(tls.roots, policy.rootCert))
      : undefined
  const crl = tls?.crl
    ? attempt('root-cert-unusable', tls.crl.origin, () => loadCrl(tls.crl))
    : undefined
  const read = (file: PgReading['sslcert'], secret: boolean) =>
    file &&
    attempt('client-certificate-unusable', file.origin, () => readClientFile(file.path, secret))
  const cert = tls ? read(reading?.sslcert, false) : undefined
  const key = tls ? read(reading?.sslkey, true) : undefined
  return { roots, crl, cert, key, findings }
}

/**
 * Reads a client certificate or key; a key that others can read is refused, as libpq refuses it.
 *
 * @see https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-CLIENTCERT
 */
function readClientFile(path: string, secret: boolean): string {
  try {
    const { mode, uid } = statSync(path)
    const forbidden = uid === 0 ? 0o027 : 0o077
    if (secret && process.platform !== 'win32' && mode & forbidden) {
      throw new RootCertError(path, 'can be read by others (mode must be 0600, or 0640 for root)')
    }
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if (cause instanceof RootCertError) throw cause
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error'
    throw new RootCertError(path, `cannot be read (${code})`, { cause })
  }
}
