/**
 * The only I/O of core: root certificates and revocation lists. A file is looked at (one `stat`) for
 * every new connection, so a rotated file is used by the next one, renamed over or written in place.
 */
import { X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { RootCertError } from './errors.js'
import { publish } from './events.js'
import { formatOrigin } from './format.js'
import type { Crl, Origin, Roots } from './model.js'

/** Root certificates ready for `tls.connect`; `pem` undefined means Node's default roots. */
export interface LoadedRoots {
  readonly pem: readonly string[] | undefined
  /** A path, an option or `system`, for reports. */
  readonly source: string
  readonly origin: Origin
}

/**
 * Reads the roots a plan names; where it names none: `policy.rootCert`, `~/.postgresql/root.crt`, then
 * the system's. Never falls back from a file that exists but cannot be used.
 *
 * @throws RootCertError naming the file (and the PEM block) that is empty, unreadable or broken.
 * @see https://www.postgresql.org/docs/current/libpq-ssl.html#LIBQ-SSL-CERTIFICATES
 */
export function loadRoots(
  roots: Roots,
  rootCert: string | undefined,
  home: string = homedir(),
): LoadedRoots {
  switch (roots.kind) {
    case 'system':
      return { pem: undefined, source: 'system', origin: roots.origin }
    case 'inline':
      // A plan keeps the PEM of an option and nothing else of it.
      if (roots.pem === '') {
        throw new RootCertError(formatOrigin(roots.origin), 'holds no PEM certificate (a path?)')
      }
      return {
        pem: parseCertificates(roots.pem, formatOrigin(roots.origin)),
        source: formatOrigin(roots.origin),
        origin: roots.origin,
      }
    case 'file':
      return { pem: readCertificates(roots.path), source: roots.path, origin: roots.origin }
    case 'unset':
      return loadDefault(rootCert, home)
  }
}

function loadDefault(rootCert: string | undefined, home: string): LoadedRoots {
  const origin: Origin = { via: 'option', key: 'policy.rootCert' }
  if (rootCert === 'system') return loadRoots({ kind: 'system', origin }, undefined, home)
  if (rootCert?.includes(BEGIN))
    return loadRoots({ kind: 'inline', pem: rootCert, origin }, undefined)
  if (rootCert) return loadRoots({ kind: 'file', path: rootCert, origin }, undefined)
  const path = join(home, '.postgresql', 'root.crt')
  const found: Origin = { via: 'default', key: 'sslrootcert' }
  return exists(path)
    ? loadRoots({ kind: 'file', path, origin: found }, undefined)
    : { pem: undefined, source: 'system', origin: found }
}

/** Reads revocation lists; `undefined` where the plan names none. @throws RootCertError as for roots. */
export function loadCrl(crl: Crl | undefined): readonly string[] | undefined {
  if (!crl) return undefined
  const source = crl.kind === 'file' ? crl.path : formatOrigin(crl.origin)
  const text = crl.kind === 'file' ? read(crl.path) : crl.pem
  const blocks = text.match(/-----BEGIN X509 CRL-----[^-]+-----END X509 CRL-----/g)
  if (!blocks) throw new RootCertError(source, 'holds no X509 CRL in PEM')
  return blocks
}

/**
 * Splits PEM text into certificates; every block must be a whole certificate.
 *
 * @throws RootCertError with the number of the block that is not.
 */
export function parseCertificates(text: string, source: string): readonly string[] {
  if (text.trim() === '') throw new RootCertError(source, 'is empty')
  const begins = text.split(BEGIN).length - 1
  if (begins === 0) throw new RootCertError(source, notPem(text))
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  if (blocks.length !== begins) {
    throw new RootCertError(
      source,
      `has ${begins} certificates, but only ${blocks.length} are complete`,
    )
  }
  blocks.forEach((block, index) => {
    try {
      new X509Certificate(block)
    } catch (cause) {
      const reason = `certificate ${index + 1} of ${blocks.length} cannot be parsed`
      throw new RootCertError(source, reason, { cause })
    }
  })
  return blocks
}

function readCertificates(path: string): readonly string[] {
  const version = versionOf(path)
  const cached = cache.get(path)
  if (cached && cached.version === version) return cached.pem
  const pem = parseCertificates(read(path), path)
  cache.set(path, { version, pem })
  if (cached && cached.pem.join() !== pem.join()) {
    const fingerprints = pem.map((block) => new X509Certificate(block).fingerprint256)
    publish('verify-full:root-cert-reloaded', { path, fingerprints })
  }
  return pem
}

function versionOf(path: string): string {
  try {
    const { ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true })
    return `${ino} ${size} ${mtimeNs} ${ctimeNs}`
  } catch (cause) {
    throw new RootCertError(path, unreadable(cause), { cause })
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new RootCertError(path, unreadable(cause), { cause })
  }
}

function exists(path: string): boolean {
  try {
    statSync(path)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOENT' && codeOf(error) !== 'ENOTDIR'
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'unknown error'

const unreadable = (cause: unknown): string => `cannot be read (${codeOf(cause)})`

function notPem(text: string): string {
  if (text.includes('-----BEGIN')) return 'holds PEM, but no certificate (a private key?)'
  if (/^[./~\w-][^\n]*\.(crt|pem|cer)$/.test(text.trim()))
    return 'is a path, not the PEM text of the file'
  return 'holds no certificate in PEM (DER must be converted with openssl x509 -inform der)'
}

const BEGIN = '-----BEGIN CERTIFICATE-----'
const cache = new Map<string, { version: string; pem: readonly string[] }>()
