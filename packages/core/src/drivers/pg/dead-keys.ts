import type { Origin, Remark } from '../../model.js'
import { nearest } from '../../suggest.js'
import { keysOf, peek } from './options.js'
import { misspelt, plain } from './words.js'

const CA_NAMES = ['ca', 'cas', 'sslca', 'sslrootcert', 'rootcert', 'rootca', 'cacert', 'cafile']
/** Whether a name is one of those that people give to root certificates. */
export const namesCa = (key: string): boolean => CA_NAMES.includes(plain(key))

/** `ssl.*` keys of other drivers, of pg-native, and of libpq: no meaning in the JavaScript client. */
const DEAD_IN_SSL = ['sslmode', 'sslcert', 'sslkey', 'require', 'mode', 'verify', 'crlfile']
const LIVE_IN_SSL = [
  'rejectUnauthorized',
  'checkServerIdentity',
  'servername',
  'minVersion',
  'maxVersion',
  'ciphers',
  'passphrase',
]
const SHORT_IN_SSL = ['cert', 'key', 'crl', 'host']

/** Keys of an `ssl` object that pg and Node ignore although they look like they decide something. */
export const deadKeys = (ssl: object, hasCa: boolean): Remark[] =>
  keysOf(ssl).flatMap((key): Remark[] => {
    const value = peek(ssl, key)
    if (key === 'ca' || key === 'sslcrl' || value === undefined || value === null) return []
    const origin: Origin = { via: 'option', key: `ssl.${key}` }
    if (namesCa(key)) return [{ kind: hasCa ? 'key-unread' : 'roots-widened', origin, meant: 'ca' }]
    if (LIVE_IN_SSL.includes(key) || SHORT_IN_SSL.includes(key)) return []
    if (DEAD_IN_SSL.includes(plain(key))) return [{ kind: 'key-unread', origin }]
    const meant =
      SHORT_IN_SSL.find((short) => short === plain(key)) ??
      (key.length > 5 ? nearest(key, LIVE_IN_SSL) : undefined)
    return meant ? [{ kind: 'key-unread', origin, meant }] : []
  })

/** Top-level options that belong into `ssl` or into the connection string. */
const UNREAD = ['sslmode', 'sslcert', 'sslkey', 'sslpassword', 'rejectUnauthorized']
const UNREAD_TLS = ['checkServerIdentity', 'servername']
const STRING_KEYS = ['url', 'uri', 'dsn', 'connectionstring', 'connectionuri', 'databaseurl']
const READ = ['ssl', 'sslnegotiation', 'connectionString', 'hostaddr', 'sslcrl']

/** Top-level options that pg does not read, about TLS or the connection string. */
export const deadOptions = (config: unknown, hasCa: boolean): Remark[] =>
  keysOf(config).flatMap((key): Remark[] => {
    const value = peek(config, key)
    if (READ.includes(key) || value === undefined || value === null || value === '') return []
    const origin: Origin = { via: 'option', key }
    if (namesCa(key)) {
      return [{ kind: hasCa ? 'key-unread' : 'roots-widened', origin, meant: 'ssl.ca' }]
    }
    if (UNREAD.includes(key) || UNREAD_TLS.includes(key)) return [{ kind: 'key-unread', origin }]
    if (STRING_KEYS.includes(plain(key))) {
      return [{ kind: 'key-unknown', origin, written: key, meant: 'connectionString' }]
    }
    const meant = misspelt(key)
    return meant ? [{ kind: 'key-unknown', origin, written: key, meant }] : []
  })
