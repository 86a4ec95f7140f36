import type { Crl, Origin, Remark, Roots } from '../../model.js'
import { copies, has, peek, peekCopied } from './options.js'
import { pemBlocks } from './pem.js'

const option = (key: string): Origin => ({ via: 'option', key: `ssl.${key}` })

/** `ssl.ca` as Node's tls.connect takes it: a falsy value means the default roots. */
export function readCa(ssl: object): { roots?: Roots; remarks: readonly Remark[] } {
  const origin = option('ca')
  if (!copies(ssl, 'ca')) {
    // An inherited getter does not survive Object.assign: Node's default roots take its place.
    return { remarks: has(ssl, 'ca') ? [{ kind: 'roots-widened', origin }] : [] }
  }
  const ca = peek(ssl, 'ca')
  if (ca === undefined || ca === null) return { remarks: [] }
  if (!ca) return { roots: { kind: 'unset' }, remarks: [{ kind: 'roots-widened', origin }] }
  const pem = pemBlocks(ca, 'certificate')
  const remarks: Remark[] = pem === '' ? [{ kind: 'roots-unusable', origin }] : []
  return { roots: { kind: 'inline', pem, origin }, remarks }
}

/** `ssl.crl`, or the path in `ssl.sslcrl`, which pg ignores. */
export function readCrl(ssl: object): { crl?: Crl; remarks: readonly Remark[] } {
  const crl = peekCopied(ssl, 'crl')
  if (crl === undefined || crl === null) {
    const path = peekCopied(ssl, 'sslcrl')
    const written = typeof path === 'string' && path !== ''
    return {
      ...(written ? { crl: { kind: 'file', path, origin: option('sslcrl') } } : {}),
      remarks: [],
    }
  }
  const origin = option('crl')
  const pem = pemBlocks(crl, 'crl')
  // Node refuses it: ERR_CRYPTO_OPERATION_FAILED, "Failed to parse CRL".
  const remarks: Remark[] = pem === '' ? [{ kind: 'value-fatal', origin }] : []
  return { crl: { kind: 'inline', pem, origin }, remarks }
}
