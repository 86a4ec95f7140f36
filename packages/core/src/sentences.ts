import type { DriverName } from './model.js'
import {
  handshakeFailed,
  lowerBound,
  NOT_SSL_FIX,
  SESSION_NOT_SSL,
  UNOBSERVABLE,
} from './particulars.js'
import { RIGHT } from './right.js'
import type { Finding, RuleId } from './rules.js'

/** What a sentence may speak of. */
export interface Words extends Finding {
  readonly driver: DriverName
  readonly minimum: string
  readonly minTlsVersion: string
  readonly outcome: string
  readonly host: string
}

const MEANS_IT = 'a connection string that means what it says'
const FULL = 'TLS, the certificate issued by a trusted root, for the host that is dialled'

/** `written` of findings whose kind says more than their text may: see `rules.ts`. */
export const DUPLICATED = 'more than once'
export const BROKEN_SEPARATOR = 'a broken separator'

/** What happens to the connection in the terms of a reader who has to decide how bad it is. */
const CONSEQUENCE: Record<string, string> = {
  plaintext: 'everything, the password included, would be sent unencrypted',
  gss: 'GSSAPI would encrypt instead of TLS: no certificate, and pg_stat_ssl says ssl = false',
  'tls(none)':
    'the connection would be encrypted to whoever answers: the certificate is not verified',
  'tls(ca)': 'any certificate of that CA would be accepted, for whichever host',
  'tls(full)':
    'this driver version happens to verify fully, but libpq and the next major version of pg do not',
  'tls(none), then plaintext':
    'an attacker only has to answer N for everything to be sent unencrypted',
}
const consequence = (outcome: string): string =>
  CONSEQUENCE[outcome] ?? `the attempts would be ${outcome}`

const TLS: Record<string, string> = {
  none: 'TLS with whoever answers',
  ca: 'TLS with any host of that CA',
  full: 'verified TLS',
}
const outcome = (it: Words): string =>
  it.outcome.replace(/tls\((\w+)\)/g, (whole, verification) => TLS[verification] ?? whole)

const meant = (it: Words): string => (it.meant ? `; did you mean ${it.meant}?` : '')
const written = (it: Words): string => (it.written === undefined ? '' : ` (${it.written})`)
/** A key that is itself what was written has no value to show. */
const value = (it: Words): string =>
  it.written && it.written !== it.origin.key ? `=${it.written}` : ''
/** What has no effect goes, unless it is what to write, in the place where it has one. */
const removed = ({ driver, origin, written }: Words): string =>
  RIGHT[driver].includes(`${origin.key}=`) ? '' : `remove ${written ?? origin.key}; `
const isString = ({ origin }: Words): boolean => origin.key === 'connectionString'
const isHost = ({ origin }: Words): boolean => /(^|\.)host$/.test(origin.key)
const isKey = ({ written, origin: { key } }: Words): boolean => !written || written === key
const through = (it: Words): string => {
  if (!it.meant) return RIGHT[it.driver]
  return isKey(it)
    ? `write ${it.meant} in place of ${it.origin.key}`
    : `write ${it.origin.key}=${it.minimum}`
}

export type Sentence = readonly [expected: string, actual: string, fix: string]

/**
 * The only English of the project, one row per rule: expected, found, fix; `particulars.ts` has what single settings need.
 */
export const SENTENCES: Record<RuleId, (it: Words) => Sentence> = {
  'waiver-expired': (it) => [
    'a waiver that is still valid',
    `the waiver of ${it.written} for ${it.host} has expired`,
    'mend the connection, or renew the waiver with a new reason and date',
  ],
  'unobservable-driver': (it) => [
    'the JavaScript client of the driver on a socket of its own',
    UNOBSERVABLE[it.origin.key]?.[0] ?? `${it.origin.key} is in use: its TLS cannot be observed`,
    UNOBSERVABLE[it.origin.key]?.[1] ??
      (it.origin.via === 'env'
        ? `unset ${it.origin.key}: the JavaScript client is guarded`
        : `remove ${it.origin.key}: the JavaScript client, on a socket that it opens itself, is guarded; through a tunnel set hostaddr to its near end`),
  ],
  'conninfo-misread': (it) =>
    it.written === BROKEN_SEPARATOR
      ? [
          MEANS_IT,
          `${it.driver} finds no ${isString(it) ? 'parameter' : it.origin.key} behind a broken separator. Outcome: ${outcome(it)}`,
          'write ? before the first parameter and & between the others, and nothing else: no &amp;, no ;, no second ?',
        ]
      : [
          MEANS_IT,
          it.host === 'base'
            ? `${it.driver} takes this string for a database name: it would send all of it, password included, to a host named base (${outcome(it)})`
            : `${it.driver} reads this string differently${written(it)}: it would dial ${it.host} with ${outcome(it)}`,
          it.meant
            ? `write ${it.meant}`
            : 'write a URL: postgres://user:password@host:5432/database?sslmode=verify-full, with special characters percent-encoded',
        ],
  'multi-host-unsupported': (it) => [
    'one host',
    isHost(it)
      ? `${it.driver} does not implement a list of hosts: it takes all of it for the name of one`
      : `${it.driver} does not implement ${it.origin.key}: it would leave it out and dial ${it.host}`,
    isHost(it)
      ? 'write one host, and configure one pool for each of the others'
      : `remove ${it.origin.key}; write the host, port and database of that service, and ${RIGHT[it.driver]}`,
  ],
  'sslmode-unknown': (it) =>
    it.written === DUPLICATED
      ? [
          `${it.origin.key} once`,
          `${it.origin.key} is given more than once: which one counts depends on the reader. Outcome: ${outcome(it)}`,
          `leave one ${it.origin.key}${/sslmode$/i.test(it.origin.key) ? `=${it.minimum}` : ''} and remove the others`,
        ]
      : [
          'a keyword and a value that the driver knows',
          `${it.origin.key}${value(it)} is not one that ${it.driver} understands or obeys${meant(it) || '.'} Outcome: ${outcome(it)}`,
          through(it),
        ],
  'setting-ineffective': (it) => [
    'settings that have an effect',
    it.written
      ? `${it.driver} uses ${it.written} in place of ${it.origin.key}. Outcome: ${outcome(it)}`
      : `${it.driver} never reads ${it.origin.key}${meant(it) || '.'} Outcome: ${outcome(it)}`,
    it.meant ? through(it) : `${removed(it)}${RIGHT[it.driver]}`,
  ],
  'ssl-value-fatal': (it) => [
    'ssl: true, or an object of TLS options',
    `${it.origin.key} is a ${it.written ?? 'value'} that makes ${it.driver} throw as soon as the server accepts TLS`,
    RIGHT[it.driver],
  ],
  'ambient-override': (it) => [
    'certificate verification that no variable switches off',
    `${it.origin.key} disables certificate verification for this whole process`,
    `unset ${it.origin.key}; trust a private CA with sslrootcert or ssl.ca instead`,
  ],
  'root-cert-unusable': (it) => [
    'root certificates in PEM',
    it.written ?? `${it.origin.key} holds no certificate`,
    it.origin.via === 'option' && /\bca$/.test(it.origin.key)
      ? `pass the text of the file, not its path: ${it.origin.key} = fs.readFileSync('/path/to/root.crt', 'utf8')`
      : `let ${it.origin.key} name a readable file of complete PEM ${/crl/i.test(it.origin.key) ? 'revocation lists' : 'certificates'}`,
  ],
  'roots-widened': (it) => [
    'only the configured root certificates trusted',
    `${it.origin.key} does not reach the TLS options: every public CA would be trusted instead`,
    'pass the PEM text as ssl.ca, or sslrootcert=/path/to/root.crt in the connection string',
  ],
  'client-certificate-unusable': (it) => [
    'a client certificate with its private key, readable by its owner only',
    it.written ?? `${it.origin.key} is set without its other half: no certificate would be sent`,
    it.written
      ? `let ${it.origin.key} name a readable file; of a key: chmod 0600, owned by the user of this process`
      : 'set both sslcert and sslkey (ssl.cert and ssl.key)',
  ],
  'tls-delegated': (it) => [
    'TLS options that can be judged',
    `${it.origin.key} takes the decision about the certificate out of the options`,
    `remove ${it.origin.key}; ${RIGHT[it.driver]}`,
  ],
  'hostname-not-verified': (it) => [
    `a certificate for ${it.host}`,
    it.written ??
      `${it.origin.key} keeps the name in the certificate from being compared with ${it.host}`,
    it.written
      ? `connect by a name that the certificate holds, or reissue it for ${it.host}; for a tunnel set hostaddr to the address and host to the certificate's name`
      : /(host|servername)$/.test(it.origin.key)
        ? `remove ${it.origin.key}; to reach ${it.host} under another name (a tunnel) set host to that name and hostaddr to the address`
        : `remove ${it.origin.key}; ${RIGHT[it.driver]}`,
  ],
  'certificate-expired': (it) => [
    'a certificate within its dates',
    `the server's certificate, or one that issued it, has expired${written(it)}`,
    'renew the certificate on the server and reload PostgreSQL; check this clock too',
  ],
  'certificate-not-yet-valid': () => [
    'a certificate within its dates',
    "the server's certificate is not valid yet",
    'check the clock of this machine and of the CA',
  ],
  'certificate-revoked': () => [
    'a certificate that is not revoked',
    "the server's certificate is on the revocation list",
    'replace the certificate on the server: its key is considered compromised',
  ],
  'certificate-not-verified': (it) => [
    'a certificate issued by a trusted root',
    it.written ?? consequence(it.outcome),
    it.written
      ? `make sure that this is the server; then trust the CA that issued its certificate: ${RIGHT[it.driver]}`
      : RIGHT[it.driver],
  ],
  'tls-version-too-low': (it) => [
    `${it.minTlsVersion} or newer`,
    `${it.origin.key} allows ${it.written}`,
    `${lowerBound(it)}raise ssl_min_protocol_version on the server to ${it.minTlsVersion}`,
  ],
  'cipher-without-encryption': (it) => [
    'ciphers with a key and a known peer',
    `${it.origin.key} allows NULL, anonymous or broken ciphers, or lowers the security level`,
    `remove ${it.origin.key}: Node's default list is right`,
  ],
  'sslmode-below-verify-full': (it) => [
    `sslmode=${it.minimum}`,
    `sslmode=${it.written}: ${consequence(it.outcome)}`,
    RIGHT[it.driver],
  ],
  'plaintext-allowed': (it) =>
    it.outcome === 'unix'
      ? [
          'a TCP connection with TLS',
          "a unix socket, which the policy refuses (local: 'refuse')",
          `connect to the server's host name and ${RIGHT[it.driver]}; or leave local out of the policy`,
        ]
      : [
          FULL,
          consequence(it.outcome),
          it.outcome === 'gss' ? `remove ${it.origin.key}; ${RIGHT[it.driver]}` : RIGHT[it.driver],
        ],
  'sslmode-missing': (it) => [
    `sslmode=${it.minimum}`,
    `no sslmode: ${consequence(it.outcome)}`,
    RIGHT[it.driver],
  ],
  'server-ssl-off': (it) => [
    it.written ? 'ssl = on' : 'the server to answer S to SSLRequest',
    it.written
      ? `${it.written}: every connection is in plaintext`
      : 'the server answered N: it does not offer TLS (or something in between says so)',
    'set ssl = on, ssl_cert_file and ssl_key_file in postgresql.conf; if it is on, look for a proxy or an attacker in between',
  ],
  'handshake-failed': (it) => handshakeFailed(it, FULL),
  'session-not-ssl': (it) => [
    'a session that both ends say is encrypted',
    SESSION_NOT_SSL[it.written ?? ''] ?? `pg_stat_ssl could not be asked${written(it)}`,
    NOT_SSL_FIX[it.written ?? '']?.(it) ??
      "look in the server's log why pg_catalog.pg_stat_ssl did not answer; for a server without that view set sessionCheck: 'local'",
  ],
  'session-mismatch': (it) => [
    `the session of this socket${it.meant ? ` (${it.meant})` : ''} in pg_stat_ssl`,
    `pg_stat_ssl describes another TLS session${written(it)}: a pooler or a TLS terminator stands in between (both hops, application -> pooler and pooler -> server, are encrypted, but only the first is verified here)`,
    "verify the server in the pooler too (server_tls_sslmode = verify-full), then set sessionCheck: 'local'",
  ],
  'channel-binding-missing': () => [
    'SCRAM-SHA-256-PLUS, which binds the password to this TLS session',
    'the server authenticated the session without channel binding',
    "use scram-sha-256 in pg_hba.conf and password_encryption, pg >= 8.14, and no TLS terminator in between; or channelBinding: 'prefer'",
  ],
  'hba-trust': (it) => [
    'clients from other hosts to prove who they are',
    `${it.written}: they get in with no password and no certificate`,
    'replace trust by scram-sha-256 in that line, then reload PostgreSQL',
  ],
  'hba-accepts-plaintext': (it) => [
    'hostssl for every client from another host',
    it.written === 'asked'
      ? 'the server went on to authenticate a connection without TLS'
      : `${it.written}, without TLS`,
    it.written === 'asked'
      ? 'write hostssl instead of host in pg_hba.conf, then reload PostgreSQL'
      : it.meant
        ? `write ${it.meant} as the first word of that line, then reload PostgreSQL`
        : 'remove that line, then reload PostgreSQL',
  ],
  'plaintext-session': (it) => [
    'every session from another host encrypted',
    `in plaintext now: ${it.written}`,
    'set sslmode=verify-full in that client; after hostssl is in pg_hba.conf, end what is left with pg_terminate_backend',
  ],
  'replica-drift': (it) => [
    `${it.origin.key} as on the primary: ${it.meant}`,
    `on the replica: ${it.written}`,
    'make them the same and reload the replica: it takes reads from the same clients, and a failover makes it the primary',
  ],
  'setting-discarded': (it) => [
    'every written setting used',
    `${it.driver} alone drops ${it.origin.key} because of ${it.written}; the guard honours it`,
    `write it where ${it.driver} reads it: ${RIGHT[it.driver]}`,
  ],
  'certificate-expiring': (it) => [
    'a certificate with time left',
    `the server's certificate expires in ${it.written} days`,
    'renew the certificate on the server and reload PostgreSQL',
  ],
  'server-ca-missing': (it) => [
    'ssl_ca_file to name the CA of client certificates',
    it.written
      ? `it is empty, and a client certificate is asked for by: ${it.written}`
      : 'it is empty: client certificates cannot be verified (verify-full in the client does not need it)',
    'set ssl_ca_file to the root certificate, then reload PostgreSQL',
  ],
}
