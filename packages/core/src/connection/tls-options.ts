import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import tls from 'node:tls'
import { type Accepted, isAccepted } from '../judge.js'
import { type Plan, TLS_VERSIONS } from '../model.js'
import type { Policy } from '../policy.js'
import type { Trust } from './trust.js'

/** Captured at load: code that replaces it later cannot reach the guard. */
const { checkServerIdentity } = tls

/** The options of the application that pinned ones take over: none of them decides on trust. */
export type GivenTlsOptions = Pick<
  tls.ConnectionOptions,
  'cert' | 'key' | 'passphrase' | 'ciphers' | 'maxVersion'
>

/**
 * The TLS options of an accepted plan, frozen: what was judged is what is dialled, whatever happens to
 * the objects of the application afterwards. Undefined where the plan is not TLS. For adapters.
 *
 * @throws TypeError for a plan that `judge` did not accept.
 */
export function pinnedTlsOptions(
  plan: Accepted<Plan>,
  policy: Policy,
  { roots, crl }: Trust,
  given: GivenTlsOptions = {},
): Readonly<tls.ConnectionOptions> | undefined {
  if (!isAccepted(plan)) throw new TypeError('Only a plan that judge() accepted can be pinned')
  const [transport] = plan.transports
  if (transport.kind !== 'tls' || plan.endpoint.kind !== 'tcp') return undefined
  const { host } = plan.endpoint
  const { verification, minTlsVersion = policy.minTlsVersion } = transport
  const newest = (a: tls.SecureVersion, b: tls.SecureVersion) =>
    TLS_VERSIONS.indexOf(a) > TLS_VERSIONS.indexOf(b) ? a : b
  const { cert, key, passphrase, ciphers, maxVersion } = given
  return Object.freeze({
    ca: roots?.pem ? [...roots.pem] : undefined,
    // Explicit: NODE_TLS_REJECT_UNAUTHORIZED=0 cannot reach it.
    rejectUnauthorized: verification !== 'none',
    checkServerIdentity: (_: string, certificate: tls.PeerCertificate) =>
      verification === 'full' ? identityError(host, certificate) : undefined,
    minVersion: newest(minTlsVersion, policy.minTlsVersion),
    // pg < 8.23.1 verifies the name `localhost` for an IP; with hostaddr it sends no SNI at all.
    host,
    ...(isIP(host) ? {} : { servername: host }),
    ...(crl ? { crl: [...crl] } : {}),
    ...(cert ? { cert } : {}),
    ...(key ? { key } : {}),
    ...(passphrase ? { passphrase } : {}),
    ...(ciphers ? { ciphers } : {}),
    ...(maxVersion ? { maxVersion } : {}),
  })
}

/** The name check of the guard itself, independent of the driver's version. */
export const nameMatches = (host: string, certificate: tls.PeerCertificate): boolean =>
  identityError(host, certificate) === undefined

/** OpenSSL compares addresses: Node 22.23 takes `::1` for a DNS name and refuses every IPv6 address. */
function identityError(host: string, certificate: tls.PeerCertificate): Error | undefined {
  if (isIP(host) && new X509Certificate(certificate.raw).checkIP(host)) return undefined
  return checkServerIdentity(host, certificate)
}
