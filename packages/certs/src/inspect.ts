import { daysUntil, parseCertificates } from '@verify-full/core'
import { type CertificateFacts, KEY_PURPOSES, readCertificate } from '@verify-full/core/offline'

/** One certificate of a file, and how long it lasts. */
export interface InspectedCertificate extends CertificateFacts {
  /** Whole days until it expires, rounded down; negative when it has. */
  readonly daysLeft: number
  /** Whether it may be a server's or a client's (extended key usage; absent means both). */
  readonly purposes: readonly ('server' | 'client')[]
}

/** What {@link inspectCertificates} found. */
export interface Inspection {
  /** In the order of the file. */
  readonly certificates: readonly [InspectedCertificate, ...InspectedCertificate[]]
  /**
   * `single`; `chain`: each is issued by the next, as `ssl_cert_file` needs it; `bundle`: self-signed
   * roots only, as `root.crt` holds them; `disordered`: anything else.
   */
  readonly order: 'single' | 'chain' | 'bundle' | 'disordered'
  /** Days left of the one that expires first. */
  readonly daysLeft: number
}

/**
 * Reads certificates: PEM, one or more, or one in DER.
 *
 * @param source What they are called in an error: a file's name.
 * @throws RootCertError naming the block that is not a certificate.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs'
 * import { inspectCertificates } from '@verify-full/certs'
 *
 * const { daysLeft, order } = inspectCertificates(readFileSync('server.crt'), 'server.crt', new Date())
 * console.log(daysLeft, order)
 * ```
 */
export function inspectCertificates(
  content: Uint8Array | string,
  source: string,
  now: Date,
): Inspection {
  const blocks = isDer(content) ? [content] : parseCertificates(textOf(content), source)
  const inspected = blocks.map((block): InspectedCertificate => {
    const facts = readCertificate(block)
    const { usages, validTo } = facts
    const purposes = (['server', 'client'] as const).filter(
      (purpose) => usages === null || usages.includes(KEY_PURPOSES[purpose]),
    )
    return { ...facts, daysLeft: daysUntil(validTo, now), purposes }
  })
  const [first, ...rest] = inspected as [InspectedCertificate, ...InspectedCertificate[]]
  return {
    certificates: [first, ...rest],
    order: orderOf(inspected),
    daysLeft: Math.min(...inspected.map(({ daysLeft }) => daysLeft)),
  }
}

/** A certificate in DER is a SEQUENCE of more than 127 bytes. */
const isDer = (content: Uint8Array | string): content is Uint8Array =>
  typeof content !== 'string' && content[0] === 0x30 && ((content[1] ?? 0) & 0x80) !== 0

const textOf = (content: Uint8Array | string): string =>
  typeof content === 'string' ? content : Buffer.from(content).toString('utf8')

function orderOf(certificates: readonly CertificateFacts[]): Inspection['order'] {
  if (certificates.length === 1) return 'single'
  const linked = certificates.every(
    ({ issuer }, index) =>
      index + 1 === certificates.length || issuer === certificates[index + 1]?.subject,
  )
  if (certificates.every(({ selfSigned }) => selfSigned)) return 'bundle'
  return linked ? 'chain' : 'disordered'
}
