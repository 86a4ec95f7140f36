import type { HostileScript, TlsScript } from './hostile.js'
import type { CertificateKind, Pki } from './pki.js'

/** One behaviour of the table. */
export interface HostileBehaviour {
  readonly name: string
  /** When a verify-full client must have given up at the latest: a byte of the next phase is a leak. */
  readonly refusedAt: 'negotiation' | 'handshake' | 'authentication' | 'session'
  /** Whether the client waits until its own timer fires. */
  readonly hangs: boolean
  /** Whether the client has to dial with `sslnegotiation=direct`. */
  readonly direct: boolean
  readonly script: HostileScript
}

/**
 * Every hostile behaviour against a verify-full client that trusts the root of `set` and dials localhost:
 * rows for `test.each`.
 */
export function hostileBehaviours(set: Pki): readonly HostileBehaviour[] {
  const tls = (kind: CertificateKind, more: Partial<TlsScript> = {}): TlsScript => ({
    certificate: set.certificate(kind),
    ...more,
  })
  const good = tls('good')
  const row = (
    name: string,
    refusedAt: HostileBehaviour['refusedAt'],
    script: HostileScript,
    hangs = false,
  ): HostileBehaviour => ({ name, refusedAt, hangs, script, direct: script.answer === 'direct' })
  const old = (version: 'TLSv1' | 'TLSv1.1'): HostileScript => ({
    // SECLEVEL 0 is where OpenSSL 3 still signs with SHA-1, as these versions do.
    tls: tls('good', {
      minVersion: version,
      maxVersion: version,
      ciphers: 'DEFAULT:@SECLEVEL=0',
    }),
  })
  const badCertificates: readonly CertificateKind[] = [
    'rogue',
    'wrong-name',
    'expired',
    'not-yet-valid',
    'client-usage',
    'intermediate-missing',
    'self-signed',
  ]
  return [
    row('answers N', 'negotiation', { answer: 'refuse' }),
    row('answers ErrorResponse', 'negotiation', { answer: 'error' }),
    row('never answers SSLRequest', 'negotiation', { answer: 'silence' }, true),
    row('answers a garbage byte', 'negotiation', { answer: 'garbage' }),
    row('closes at SSLRequest', 'negotiation', { answer: 'close' }),
    row('stuffs plaintext after S', 'handshake', { answer: 'stuff', tls: good }),
    row('hangs in the handshake', 'handshake', { tls: { ...good, hang: true } }, true),
    ...badCertificates.map((kind) =>
      row(`presents the ${kind} certificate`, 'handshake', { tls: tls(kind) }),
    ),
    row('speaks TLS 1.0 only', 'handshake', old('TLSv1')),
    row('speaks TLS 1.1 only', 'handshake', old('TLSv1.1')),
    row('direct TLS without ALPN', 'handshake', { answer: 'direct', tls: good }),
    row('direct TLS that agrees on http/1.1 only', 'handshake', {
      answer: 'direct',
      tls: { ...good, alpn: ['http/1.1'] },
    }),
    row('hangs in authentication', 'authentication', { tls: good, authentication: 'hang' }, true),
    row('says ssl = false', 'session', { tls: good, pgStatSsl: { ssl: 'f' } }),
    row('says another version', 'session', {
      tls: good,
      pgStatSsl: { ssl: 't', version: 'TLSv1.1' },
    }),
    row('says another cipher', 'session', {
      tls: good,
      pgStatSsl: { ssl: 't', cipher: 'NULL-SHA256', bits: '0' },
    }),
    row('says another pid', 'session', { tls: good, pgStatSsl: { pid: '1', pg_backend_pid: '1' } }),
    row('answers the session query with an error', 'session', { tls: good, pgStatSsl: 'error' }),
    row('answers the session query with no rows', 'session', { tls: good, pgStatSsl: 'no-rows' }),
    row('answers the session query with garbage', 'session', { tls: good, pgStatSsl: 'garbage' }),
    row('closes at the session query', 'session', { tls: good, pgStatSsl: 'close' }),
    row('hangs at the session query', 'session', { tls: good, pgStatSsl: 'hang' }, true),
  ]
}
