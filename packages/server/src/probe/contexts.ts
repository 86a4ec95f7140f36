import tls from 'node:tls'
import { TLS_VERSIONS, type TlsVersion } from '@verify-full/core'
import { readCertificate } from '@verify-full/core/offline'

/** Root certificates as a handshake needs them. */
export interface Anchors {
  readonly context: tls.SecureContext
  readonly fingerprints: ReadonlySet<string>
}

/** Many servers share few roots, and making a context costs more than a handshake. */
const anchors = new Map<string, Anchors>()
const MOST_ANCHORS = 64

/** By content, and not by identity: a list may be changed in place. Undefined: Node's default roots. */
export function anchorsOf(roots: readonly string[] | undefined): Anchors {
  const key = roots ? roots.join('\n') : 'default'
  const found = anchors.get(key) ?? {
    context: tls.createSecureContext({ ca: roots && [...roots], minVersion: 'TLSv1.2' }),
    fingerprints: new Set((roots ?? []).map((root) => readCertificate(root).fingerprint256)),
  }
  // The one that was used last is the last to go.
  anchors.delete(key)
  anchors.set(key, found)
  const [oldest] = anchors.keys()
  if (anchors.size > MOST_ANCHORS && oldest !== undefined) anchors.delete(oldest)
  return found
}

const blind = new Map<string, tls.SecureContext>()

/** For a question about versions: no certificate is looked at, so Node need not load its 150 roots. */
export function contextFor(minVersion: TlsVersion, maxVersion: TlsVersion): tls.SecureContext {
  const key = `${minVersion} ${maxVersion}`
  const context =
    blind.get(key) ??
    tls.createSecureContext({
      ca: [],
      minVersion,
      maxVersion,
      // OpenSSL 3 signs with SHA-1, as these versions do, at level 0 only.
      ...(TLS_VERSIONS.indexOf(maxVersion) < 2 ? { ciphers: 'DEFAULT:@SECLEVEL=0' } : {}),
    })
  blind.set(key, context)
  return context
}
