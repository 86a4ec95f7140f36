import { type Plan, SSL_MODES, type Transport } from './model.js'
import type { Policy } from './policy.js'
import type { Finding, Found } from './rules.js'

export const isLoopback = (host: string): boolean =>
  host === '::1' || host.toLowerCase() === 'localhost' || /^127(\.\d{1,3}){3}$/.test(host)

type Shortfall =
  | 'sslmode-missing'
  | 'plaintext-allowed'
  | 'certificate-not-verified'
  | 'hostname-not-verified'

/** Divides the plans that are weaker than the minimum among the rules of protection. */
export function fallsShort(it: Plan, policy: Policy, rule: Shortfall): Found[] {
  const weakest = Math.min(...it.transports.map((transport) => strength(transport, policy)))
  if (SSL_MODES.indexOf(policy.minimum) < SSL_MODES.indexOf('require')) return []
  if (weakest >= SSL_MODES.indexOf(policy.minimum) || isLocal(it, policy)) return []
  // A written mode that is too weak is sslmode-below-verify-full's; what overrides it is ours.
  if (it.endpoint.kind === 'tcp' && it.sslmode && it.decidedBy === it.sslmode.origin) {
    if (SSL_MODES.indexOf(it.sslmode.mode) < SSL_MODES.indexOf(policy.minimum)) return []
  }
  const shortfall: Shortfall =
    it.endpoint.kind === 'tcp' && it.decidedBy.via === 'default'
      ? 'sslmode-missing'
      : weakest === SSL_MODES.indexOf('verify-ca')
        ? 'hostname-not-verified'
        : weakest === SSL_MODES.indexOf('require')
          ? 'certificate-not-verified'
          : 'plaintext-allowed'
  return shortfall === rule ? [{ origin: it.decidedBy }] : []
}

/** A transport on libpq's scale of sslmodes; a unix socket that the policy accepts tops it. */
function strength(transport: Transport, policy: Policy): number {
  if (transport.kind === 'unix') return policy.local === 'refuse' ? 0 : SSL_MODES.length
  if (transport.kind !== 'tls') return 0
  return SSL_MODES.indexOf(
    ({ none: 'require', ca: 'verify-ca', full: 'verify-full' } as const)[transport.verification],
  )
}

export const isLocal = ({ endpoint }: Plan, policy: Policy): boolean =>
  policy.local === 'accept-loopback' &&
  endpoint.kind === 'tcp' &&
  isLoopback(endpoint.hostaddr ?? endpoint.host)

export const acceptsPlaintext = (policy: Policy): boolean =>
  policy.local === 'accept-loopback' ||
  SSL_MODES.indexOf(policy.minimum) < SSL_MODES.indexOf('require')

/** What the session of a plan is bound to be refused for, where waivers let the plan itself pass. */
export const plaintextSession = (
  { endpoint, transports: [transport], decidedBy }: Plan,
  policy: Policy,
): Finding[] =>
  endpoint.kind === 'tcp' &&
  transport.kind === 'plaintext' &&
  !acceptsPlaintext(policy) &&
  !policy.reportOnly
    ? [{ rule: 'session-not-ssl', origin: decidedBy, written: 'plaintext' }]
    : []
