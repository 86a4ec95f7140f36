import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import tls from 'node:tls'
import { type Accepted, isAccepted, type Plan, type Policy, TLS_VERSIONS } from '@verify-full/core'
import type { PgClient } from './driver.js'
import type { Material } from './material.js'

/** Captured at load: code that replaces it later cannot reach the guard. */
const { checkServerIdentity } = tls

/**
 * Gives the connection its own frozen TLS options: what was judged is what is dialled, whatever happens
 * to the objects of the application afterwards. Only a plan that `judge` accepted can be pinned.
 */
export function pin(
  client: PgClient,
  plan: Accepted<Plan>,
  policy: Policy,
  material: Material,
): void {
  if (!isAccepted(plan)) throw new TypeError('Only a plan that judge() accepted can be pinned')
  const { connection } = client
  const [transport] = plan.transports
  if (transport.kind !== 'tls' || plan.endpoint.kind !== 'tcp') {
    client.ssl = connection.ssl = false
    return
  }
  const { host, hostaddr } = plan.endpoint
  const { verification, minTlsVersion = policy.minTlsVersion } = transport
  // pg makes `key` non-enumerable: everything of the application's is copied by name.
  const given = (typeof connection.ssl === 'object' ? connection.ssl : {}) as tls.ConnectionOptions
  const newest = (a: tls.SecureVersion, b: tls.SecureVersion) =>
    TLS_VERSIONS.indexOf(a) > TLS_VERSIONS.indexOf(b) ? a : b
  const cert = material.cert ?? given.cert
  const key = material.key ?? given.key
  const options: tls.ConnectionOptions = {
    ca: material.roots?.pem ? [...material.roots.pem] : undefined,
    // Explicit: NODE_TLS_REJECT_UNAUTHORIZED=0 cannot reach it.
    rejectUnauthorized: verification !== 'none',
    checkServerIdentity: (_, certificate) =>
      verification === 'full' ? identityError(host, certificate) : undefined,
    minVersion: newest(minTlsVersion, policy.minTlsVersion),
    // pg < 8.23.1 verifies the name `localhost` for an IP; with hostaddr it sends no SNI at all.
    host,
    ...(isIP(host) ? {} : { servername: host }),
    ...(material.crl ? { crl: [...material.crl] } : {}),
    ...(cert ? { cert } : {}),
    ...(key ? { key } : {}),
    ...(given.passphrase ? { passphrase: given.passphrase } : {}),
    ...(given.ciphers ? { ciphers: given.ciphers } : {}),
    ...(given.maxVersion ? { maxVersion: given.maxVersion } : {}),
  }
  client.ssl = connection.ssl = Object.freeze(options)
  client.sslNegotiation = connection.sslNegotiation = transport.negotiation
  if (hostaddr) {
    const { connect } = connection
    connection.connect = (port) => connect.call(connection, port, hostaddr)
  }
  if (policy.channelBinding === 'require') client.enableChannelBinding = true
}

/** The name check of the guard itself, independent of the driver's version. */
export const nameMatches = (host: string, certificate: tls.PeerCertificate): boolean =>
  identityError(host, certificate) === undefined

/** OpenSSL compares addresses: Node 22.23 takes `::1` for a DNS name and refuses every IPv6 address. */
function identityError(host: string, certificate: tls.PeerCertificate): Error | undefined {
  if (isIP(host) && new X509Certificate(certificate.raw).checkIP(host)) return undefined
  return checkServerIdentity(host, certificate)
}
