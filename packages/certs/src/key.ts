import { createPrivateKey, KeyObject, webcrypto } from 'node:crypto'

/** A kind of private key: ECDSA on P-256 (the default everywhere) or RSA with 2048 bits. */
export type KeyType = 'ecdsa-p256' | 'rsa-2048'

const ALGORITHMS = {
  'ecdsa-p256': { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  'rsa-2048': {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  },
} as const

/** A fresh key pair, with its private half as PKCS #8 PEM. */
export interface GeneratedKey {
  readonly keys: webcrypto.CryptoKeyPair
  readonly pem: string
}

/** Makes a key pair. Throws TypeError for a type that is not a {@link KeyType}. */
export async function generateKey(where: string, type: KeyType | undefined): Promise<GeneratedKey> {
  const name = type ?? 'ecdsa-p256'
  if (!Object.hasOwn(ALGORITHMS, name)) {
    throw new TypeError(`${where}: 'key' must be one of ${Object.keys(ALGORITHMS).join(', ')}`)
  }
  const keys = (await webcrypto.subtle.generateKey(ALGORITHMS[name], true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair
  const pem = KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' })
  return { keys, pem: pem.toString() }
}

/** What an issuer signs with: the key, and the algorithm that goes with it. */
export interface SigningKey {
  readonly key: webcrypto.CryptoKey
  readonly algorithm: { readonly name: string; readonly hash: string }
}

/** Reads an issuer's PEM key. Throws TypeError, without quoting the key, when it cannot sign here. */
export async function importSigningKey(where: string, pem: string): Promise<SigningKey> {
  let key: KeyObject
  try {
    key = createPrivateKey(pem)
  } catch {
    // OpenSSL's message is dropped: it may echo parts of its input.
    throw new TypeError(`${where}: the authority's 'key' is not an unencrypted PEM private key`)
  }
  const type = key.asymmetricKeyType
  if (type !== 'ec' && type !== 'rsa') {
    throw new TypeError(`${where}: the authority's 'key' must be an ECDSA P-256 or RSA key`)
  }
  if (type === 'ec' && key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw new TypeError(`${where}: the authority's 'key' must be an ECDSA P-256 or RSA key`)
  }
  const algorithm = ALGORITHMS[type === 'ec' ? 'ecdsa-p256' : 'rsa-2048']
  const der = key.export({ type: 'pkcs8', format: 'der' })
  const imported = await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign'])
  return { key: imported, algorithm: { name: algorithm.name, hash: algorithm.hash } }
}
