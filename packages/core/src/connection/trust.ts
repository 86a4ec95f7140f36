import { RootCertError } from '../errors.js'
import type { Plan } from '../model.js'
import type { Policy } from '../policy.js'
import { type LoadedRoots, loadCrl, loadRoots } from '../roots.js'
import type { Finding } from '../rules.js'

/** What one connection is verified against. */
export interface Trust {
  /** Undefined where the plan verifies nothing, or where they cannot be used. */
  readonly roots: LoadedRoots | undefined
  readonly crl: readonly string[] | undefined
  /** What could not be used, for the judge. */
  readonly findings: readonly Finding[]
}

/** Reads the root certificates and revocation lists that a plan and a policy name. For adapters. */
export function loadTrust({ transports }: Plan, { rootCert }: Policy): Trust {
  const findings: Finding[] = []
  const tls = transports.find((transport) => transport.kind === 'tls')
  if (!tls) return { roots: undefined, crl: undefined, findings }
  const origin = 'origin' in tls.roots ? tls.roots.origin : UNWRITTEN
  const roots =
    tls.verification === 'none'
      ? undefined
      : attempt(findings, 'root-cert-unusable', origin, () => loadRoots(tls.roots, rootCert))
  const { crl: named } = tls
  const crl = named && attempt(findings, 'root-cert-unusable', named.origin, () => loadCrl(named))
  return { roots, crl, findings }
}

/** Runs a reader of files; what it cannot use becomes a finding, not an exception. For adapters. */
export function attempt<T>(
  findings: Finding[],
  rule: Finding['rule'],
  origin: Finding['origin'],
  load: () => T,
): T | undefined {
  try {
    return load()
  } catch (error) {
    if (!(error instanceof RootCertError)) throw error
    findings.push({ rule, origin, written: error.message })
    return undefined
  }
}

const UNWRITTEN = { via: 'default', key: 'sslrootcert' } as const
