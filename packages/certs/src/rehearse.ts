import { parseCertificates } from '@verify-full/core'
import { type ChainVerdict, readCertificate, verifyChain } from '@verify-full/core/offline'

/** Options of {@link rehearse}. */
export interface RehearseOptions {
  /** PEM: the `root.crt` that clients have today. */
  readonly root: string
  /** PEM: the chain that the server will present, its own certificate first. */
  readonly next: string
  /** The host that clients dial. Default: the name is not looked at. */
  readonly host?: string
  /** The clock. Default: the current time. */
  readonly now?: Date
}

/** Whether today's root certificates trust tomorrow's chain. */
export interface Rehearsal {
  readonly verdict: ChainVerdict
  /** The instant it holds for: now, or the beginning of a chain that is not valid yet. */
  readonly at: Date
  /** When the trusted root expires; undefined where none is reached. */
  readonly rootExpires?: Date
  readonly trusted: boolean
}

/**
 * Rehearses a rotation: would clients that verify fully accept the next chain, with the root.crt they
 * have now? Signatures are checked by OpenSSL; no connection is made.
 *
 * @throws RootCertError for PEM that cannot be used.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs'
 * import { rehearse } from '@verify-full/certs'
 *
 * const read = (file: string) => readFileSync(file, 'utf8')
 * const { trusted } = rehearse({ root: read('root.crt'), next: read('next.pem'), host: 'db.example.com' })
 * console.log(trusted)
 * ```
 */
export function rehearse({ root, next, host, now = new Date() }: RehearseOptions): Rehearsal {
  const roots = parseCertificates(root, 'root.crt')
  const chain = parseCertificates(next, 'the next chain')
  const starts = chain.map((pem) => readCertificate(pem).validFrom.getTime())
  const at = new Date(Math.max(now.getTime(), ...starts))
  const verdict = verifyChain(chain, { roots, host: host ?? '', now: at })
  const trusted = verdict.trusted || (host === undefined && isTrustedButForName(verdict))
  const last = verdict.path.at(-1)
  return {
    verdict,
    at,
    ...(verdict.chain === 'trusted' && last ? { rootExpires: last.validTo } : {}),
    trusted,
  }
}

const isTrustedButForName = ({ chain, usage, dates }: ChainVerdict): boolean =>
  chain === 'trusted' && usage && dates === 'valid'
