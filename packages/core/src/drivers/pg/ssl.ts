import {
  type Crl,
  type Origin,
  type Remark,
  type RemarkKind,
  type Roots,
  TLS_VERSIONS,
  type TlsVersion,
  type Verification,
} from '../../model.js'
import { deadKeys } from './dead-keys.js'
import { copies, isBag, peek, peekCopied } from './options.js'
import { readCa, readCrl } from './trust.js'
import { acceptAnyName } from './versions.js'

/** What an `ssl` object means to `tls.connect`, as pg hands it over. */
export interface SslReading {
  readonly verification: Verification
  /** Absent where the object names no root certificate. */
  readonly roots?: Roots
  readonly crl?: Crl
  readonly minTlsVersion?: TlsVersion
  readonly remarks: readonly Remark[]
}

const option = (key: string): Origin => ({ via: 'option', key: `ssl.${key}` })
const about = (kind: RemarkKind, key: string): Remark => ({ kind, origin: option(key) })

/** Options that decide on trust or identity somewhere else (Node's tls.connect). */
export const DELEGATING: readonly string[] = [
  'secureContext',
  'session',
  'socket',
  'pskCallback',
  'allowPartialTrustChain',
  'secureProtocol',
  'pfx',
]

/**
 * Reads an `ssl` object as pg 8.23.1 does (connection.js, upgradeToSSL): own enumerable properties,
 * and `key` wherever it is. No function of it is called.
 */
export function readSsl(ssl: object, host: string): SslReading {
  const ca = readCa(ssl)
  const crl = readCrl(ssl)
  const minTlsVersion = TLS_VERSIONS.find((version) => version === peekCopied(ssl, 'minVersion'))
  return {
    verification: verificationOf(ssl),
    ...(ca.roots ? { roots: ca.roots } : {}),
    ...(crl.crl ? { crl: crl.crl } : {}),
    ...(minTlsVersion ? { minTlsVersion } : {}),
    remarks: [
      ...ca.remarks,
      ...crl.remarks,
      ...DELEGATING.filter((key) => peekCopied(ssl, key)).map((key) => about('tls-delegated', key)),
      ...replacedIdentity(ssl, host),
      ...oldVersions(ssl),
      ...(hasWeakCiphers(peekCopied(ssl, 'ciphers')) ? [about('ciphers-weak', 'ciphers')] : []),
      ...loneCertificate(ssl),
      ...deadKeys(ssl, ca.roots !== undefined),
    ],
  }
}

/** Only `false` itself turns verification off: `0`, `'false'` and `null` verify. */
export function verificationOf(ssl: object): Verification {
  if (peekCopied(ssl, 'rejectUnauthorized') === false) return 'none'
  return peekCopied(ssl, 'checkServerIdentity') === acceptAnyName ? 'ca' : 'full'
}

/** Whether the object names root certificates in any way that Node would use. */
export const hasCa = (ssl: unknown): boolean => Boolean(peekCopied(ssl, 'ca'))

function replacedIdentity(ssl: object, host: string): Remark[] {
  const own = copies(ssl, 'checkServerIdentity')
  const replaced = own && peek(ssl, 'checkServerIdentity') !== acceptAnyName
  const another = ['host', 'servername'].filter((key) => {
    if (!copies(ssl, key)) return false
    const name = peek(ssl, key)
    // `host: undefined` brings 'localhost' back for an IP address; `servername: undefined` is inert.
    if (key === 'servername' && (name === undefined || name === null)) return false
    return typeof name !== 'string' || name.toLowerCase() !== host.toLowerCase()
  })
  return [...(replaced ? ['checkServerIdentity'] : []), ...another].map((key) =>
    about('identity-replaced', key),
  )
}

/** For each bound, the versions worth a remark; the policy decides which are too old. */
const OLD: Readonly<Record<string, readonly TlsVersion[]>> = {
  minVersion: ['TLSv1', 'TLSv1.1'],
  maxVersion: ['TLSv1', 'TLSv1.1', 'TLSv1.2'],
}

const oldVersions = (ssl: object): Remark[] =>
  Object.entries(OLD).flatMap(([key, versions]) => {
    const written = versions.find((version) => version === peekCopied(ssl, key))
    return written ? [{ ...about('tls-version', key), written }] : []
  })

function hasWeakCiphers(ciphers: unknown): boolean {
  if (typeof ciphers !== 'string') return false
  // `!aNULL` and `-MD5` take away; only what a list adds can weaken it.
  const added = ciphers.split(/[:,\s]+/).filter((token) => !/^[!-]/.test(token))
  return added.some((token) =>
    /NULL|anon|A(EC)?DH-|EXP|LOW|RC4|DES|MD5|@SECLEVEL=[01]|COMPLEMENTOF|^\+?ALL/i.test(token),
  )
}

function loneCertificate(ssl: object): Remark[] {
  const cert = Boolean(peekCopied(ssl, 'cert'))
  // pg makes `key` non-enumerable on the caller's object (pg 8.23.1, connection-parameters.js).
  const key = Boolean(peek(ssl, 'key'))
  return cert === key ? [] : [about('client-certificate-incomplete', cert ? 'cert' : 'key')]
}

/** Whether pg dies of it: a truthy value that is neither `true` nor can carry options (P9, #2449). */
export const isFatalSsl = (ssl: unknown): boolean => Boolean(ssl) && ssl !== true && !isBag(ssl)

/** How strong an `ssl` value leaves pg, to compare two of them. */
export function strengthOf(ssl: unknown): number {
  if (!ssl || isFatalSsl(ssl)) return 0
  if (!isBag(ssl)) return 3
  return { none: 1, ca: 2, full: 3 }[verificationOf(ssl)] + (hasCa(ssl) ? 0.5 : 0)
}
