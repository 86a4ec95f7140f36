import { readFileSync, statSync } from 'node:fs'
import {
  attempt,
  type Finding,
  loadTrust,
  type PgReading,
  type Plan,
  type Policy,
  RootCertError,
  type Trust,
} from '@verify-full/core'

/** Everything read from files for one connection. Holds a private key: never put into a report. */
export interface Material extends Trust {
  readonly cert: string | undefined
  readonly key: string | undefined
}

/** Reads root certificates, revocation lists and the client certificate that a plan and its URL name. */
export function readMaterial(plan: Plan, policy: Policy, reading: PgReading | undefined): Material {
  const trust = loadTrust(plan, policy)
  const findings: Finding[] = [...trust.findings]
  const tls = plan.transports.some(({ kind }) => kind === 'tls')
  const read = (file: PgReading['sslcert'], secret: boolean) =>
    file && tls
      ? attempt(findings, 'client-certificate-unusable', file.origin, () =>
          readClientFile(file.path, secret),
        )
      : undefined
  const cert = read(reading?.sslcert, false)
  const key = read(reading?.sslkey, true)
  return { ...trust, cert, key, findings }
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
