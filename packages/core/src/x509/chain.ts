import type { X509Certificate } from 'node:crypto'
import { isForHost } from './identity.js'
import {
  type CertificateFacts,
  factsOf,
  forbidsSigning,
  isSelfSigned,
  KEY_PURPOSES,
  parse,
  signedBy,
} from './read.js'

/**
 * How the chain of a server's certificate ends:
 * - `trusted`: at a self-signed certificate that is among the roots
 * - `self-signed`: the server's certificate itself, which is not among the roots
 * - `unknown-root`: the server presented a root that is not among the roots
 * - `issuer-missing`: neither the server nor the roots hold the issuer of the last certificate
 * - `issuer-other-key`: the roots hold an authority of the issuer's name, but with another key
 * - `not-a-ca`: a certificate of the chain was issued by one that may not issue
 */
export const CHAIN_ENDS = [
  'trusted',
  'self-signed',
  'unknown-root',
  'issuer-missing',
  'issuer-other-key',
  'not-a-ca',
] as const
export type ChainEnd = (typeof CHAIN_ENDS)[number]

/** What verify-full decides about a server's certificates, each question apart. */
export interface ChainVerdict {
  readonly chain: ChainEnd
  /** From the server's certificate to the last issuer that was found, the root included. */
  readonly path: readonly CertificateFacts[]
  /** Whether the server's certificate is for the host. */
  readonly name: boolean
  /** Whether it may be a server's (extended key usage). */
  readonly usage: boolean
  readonly dates: 'valid' | 'expired' | 'not-yet-valid'
  /** Place in `path` of the certificate that `dates` is about. */
  readonly datesAt: number
  /** All of the above are as they should be. */
  readonly trusted: boolean
}

/** What {@link verifyChain} verifies against. */
export interface ChainContext {
  /** Trusted certificates, PEM: the content of root.crt. */
  readonly roots: readonly string[]
  /** The host that was dialled. */
  readonly host: string
  /** The clock. */
  readonly now: Date
}

/** No honest chain is longer; OpenSSL's own limit is 100. */
const LONGEST = 16

/**
 * Decides what `sslmode=verify-full` decides, offline: the chain by OpenSSL's signature checks and
 * RFC 5280's rules for issuers, the name, the usage, and the dates by a clock that is an argument.
 * Revocation, name constraints and path lengths are not looked at.
 *
 * @param presented The server's certificate first, then its issuers in any order, PEM.
 * @throws {TypeError} where one of them is not a certificate, or there is none.
 * @example
 * import { parseCertificates } from '@verify-full/core'
 * import { verifyChain } from '@verify-full/core/offline'
 *
 * export const verdict = (chain: string, roots: string) =>
 *   verifyChain(parseCertificates(chain, 'chain.pem'), {
 *     roots: parseCertificates(roots, 'root.crt'),
 *     host: 'db.example.com',
 *     now: new Date(),
 *   })
 */
export function verifyChain(
  presented: readonly (string | Uint8Array)[],
  { roots, host, now }: ChainContext,
): ChainVerdict {
  const [leaf, ...issuers] = presented.map(parse)
  if (!leaf) throw new TypeError('verifyChain: no certificate was presented')
  const trusted = roots.map(parse)
  const path = climb(leaf, trusted, issuers)
  const chain = endOf(path, trusted)
  const name = isForHost(leaf, host)
  const purposes = leaf.keyUsage as readonly string[] | undefined
  const usage = purposes === undefined || purposes.includes(KEY_PURPOSES.server)
  const facts = path.map(factsOf)
  const { dates, datesAt } = datesOf(facts, now)
  return {
    chain,
    path: facts,
    name,
    usage,
    dates,
    datesAt,
    trusted: chain === 'trusted' && name && usage && dates === 'valid',
  }
}

/** Issuer after issuer, until a self-signed one or none; the roots are asked first. */
function climb(
  leaf: X509Certificate,
  roots: readonly X509Certificate[],
  issuers: readonly X509Certificate[],
): X509Certificate[] {
  const path = [leaf]
  for (let last = leaf; path.length < LONGEST && !isSelfSigned(last); ) {
    const signers = [...roots, ...issuers].filter((candidate) => signed(last, candidate))
    // One that may not issue is no issuer to OpenSSL; that it did is what is wrong.
    const issuer =
      signers.find((candidate) => last.checkIssued(candidate)) ??
      signers.find((candidate) => !mayIssue(candidate))
    if (!issuer || path.some((known) => same(known, issuer))) break
    path.push(issuer)
    last = issuer
  }
  return path
}

/** Names that only differ in how they are written are left to OpenSSL. */
const signed = (certificate: X509Certificate, candidate: X509Certificate): boolean =>
  (certificate.checkIssued(candidate) || certificate.issuer === candidate.subject) &&
  signedBy(certificate, candidate)

function endOf(path: readonly X509Certificate[], roots: readonly X509Certificate[]): ChainEnd {
  const last = path[path.length - 1] as X509Certificate
  const isRoot = roots.some((root) => same(root, last))
  const issuing = path.slice(1)
  if (issuing.some((certificate) => !mayIssue(certificate))) return 'not-a-ca'
  // A namesake's key has changed: the authority was made anew.
  const namesake = roots.some((root) => root.subject === last.issuer && !same(root, last))
  if (isSelfSigned(last)) {
    if (isRoot) return 'trusted'
    if (namesake) return 'issuer-other-key'
    return path.length === 1 ? 'self-signed' : 'unknown-root'
  }
  return namesake ? 'issuer-other-key' : 'issuer-missing'
}

const same = (a: X509Certificate, b: X509Certificate): boolean =>
  a.fingerprint256 === b.fingerprint256

/** A self-signed certificate of version 1 has no extension to say so and may issue, as OpenSSL has it. */
const mayIssue = (certificate: X509Certificate): boolean =>
  (certificate.ca && !forbidsSigning(certificate)) ||
  (isVersion1(certificate.raw) && isSelfSigned(certificate))

/** Version 1 is the default, and so not written: the tag [0] is missing (RFC 5280, 4.1). */
function isVersion1(der: Uint8Array): boolean {
  let at = 0
  for (let sequence = 0; sequence < 2; sequence++) {
    const length = der[at + 1] ?? 0
    at += 2 + (length & 0x80 ? length & 0x7f : 0)
  }
  return der[at] !== 0xa0
}

function datesOf(
  path: readonly CertificateFacts[],
  now: Date,
): Pick<ChainVerdict, 'dates' | 'datesAt'> {
  const expired = path.findIndex(({ validTo }) => validTo < now)
  if (expired >= 0) return { dates: 'expired', datesAt: expired }
  const early = path.findIndex(({ validFrom }) => validFrom > now)
  if (early >= 0) return { dates: 'not-yet-valid', datesAt: early }
  return { dates: 'valid', datesAt: 0 }
}
