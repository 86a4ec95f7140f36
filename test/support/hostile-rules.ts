/**
 * The rule that refuses each of `hostileBehaviours`; null where the failure is no refusal of the guard's
 * and passes through. `says another pid` is accepted: a pooler with TLS on both sides looks like this.
 */
export const HOSTILE_RULES: Readonly<Record<string, string | null>> = {
  'answers N': 'server-ssl-off',
  'answers ErrorResponse': 'handshake-failed',
  'never answers SSLRequest': 'handshake-failed',
  'answers a garbage byte': 'handshake-failed',
  'closes at SSLRequest': null,
  'stuffs plaintext after S': 'handshake-failed',
  'hangs in the handshake': 'handshake-failed',
  'presents the rogue certificate': 'certificate-not-verified',
  'presents the wrong-name certificate': 'hostname-not-verified',
  'presents the expired certificate': 'certificate-expired',
  'presents the not-yet-valid certificate': 'certificate-not-yet-valid',
  'presents the client-usage certificate': 'certificate-not-verified',
  'presents the intermediate-missing certificate': 'certificate-not-verified',
  'presents the self-signed certificate': 'certificate-not-verified',
  'speaks TLS 1.0 only': 'handshake-failed',
  'speaks TLS 1.1 only': 'handshake-failed',
  'direct TLS without ALPN': 'handshake-failed',
  'direct TLS that agrees on http/1.1 only': 'handshake-failed',
  'hangs in authentication': null,
  'says ssl = false': 'session-not-ssl',
  'says another version': 'session-mismatch',
  'says another cipher': 'session-mismatch',
  'answers the session query with an error': 'session-not-ssl',
  'answers the session query with no rows': 'session-not-ssl',
  'answers the session query with garbage': 'session-not-ssl',
  'closes at the session query': null,
  'hangs at the session query': 'session-not-ssl',
}
