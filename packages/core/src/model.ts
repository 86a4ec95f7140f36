/** libpq's sslmodes, weakest first. @see https://www.postgresql.org/docs/current/libpq-ssl.html */
export const SSL_MODES = [
  'disable',
  'allow',
  'prefer',
  'require',
  'verify-ca',
  'verify-full',
] as const
export type SslMode = (typeof SSL_MODES)[number]

/** TLS protocol versions as Node and `pg_stat_ssl` spell them, oldest first. */
export const TLS_VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const
export type TlsVersion = (typeof TLS_VERSIONS)[number]

/** Who reads a configuration: the same string means different things to each of them. */
export const DRIVER_NAMES = [
  'libpq',
  'pg',
  'knex',
  'typeorm',
  'postgres',
  'sequelize',
  'mikro-orm',
  'slonik',
  'drizzle-kit',
  /** The Rust engine of Prisma up to 6; its driver adapters read as pg does. */
  'prisma',
  'jdbc',
  'pgx',
  'asyncpg',
  /** A JavaScript driver that nobody knows, seen by what it writes to its socket. */
  'socket',
] as const
export type DriverName = (typeof DRIVER_NAMES)[number]

/** Where the driver connects to. `hostaddr` is dialled while `host` is verified, as in libpq. */
export type Endpoint =
  | {
      readonly kind: 'tcp'
      readonly host: string
      readonly hostaddr?: string
      readonly port: number
    }
  | { readonly kind: 'unix'; readonly path: string }

/** What is checked about the server's certificate: libpq's require, verify-ca, verify-full. */
export type Verification = 'none' | 'ca' | 'full'

/** A place in a file; line and column count from 1. */
export interface FileRange {
  readonly file: string
  readonly line: number
  readonly column?: number
}

/** Where a setting came from; kept from the first parse to the last message. */
export interface Origin {
  readonly via: 'uri' | 'keyword' | 'option' | 'env' | 'service' | 'file' | 'server' | 'default'
  /** The parameter, option path, variable or file: `sslmode`, `ssl.ca`, `PGSSLMODE`. */
  readonly key: string
  readonly at?: FileRange
}

/** Which root certificates a connection trusts; found in the order of {@link Plan}'s docs. */
export type Roots =
  | { readonly kind: 'file'; readonly path: string; readonly origin: Origin }
  | { readonly kind: 'inline'; readonly pem: string; readonly origin: Origin }
  | { readonly kind: 'system'; readonly origin: Origin }
  /** Nothing is written: `policy.rootCert`, then `~/.postgresql/root.crt`, then the system's roots. */
  | { readonly kind: 'unset' }

/** A certificate revocation list: a file, or its text. */
export type Crl =
  | { readonly kind: 'file'; readonly path: string; readonly origin: Origin }
  | { readonly kind: 'inline'; readonly pem: string; readonly origin: Origin }

/** How the bytes to one endpoint are protected: all that a protection rule sees. */
export type Transport =
  | { readonly kind: 'unix' }
  | { readonly kind: 'plaintext' }
  /** libpq's gssencmode=require: encrypted by Kerberos, without TLS and so without a certificate. */
  | { readonly kind: 'gss' }
  | {
      readonly kind: 'tls'
      readonly verification: Verification
      readonly roots: Roots
      readonly crl?: Crl
      readonly minTlsVersion?: TlsVersion
      readonly negotiation: 'postgres' | 'direct'
    }

/**
 * Something a plan noticed about a configuration beyond its transports. `written` and `meant` are
 * keywords or modes, never free text from the configuration: free text may hold a password.
 */
export interface Remark {
  readonly kind: RemarkKind
  readonly origin: Origin
  readonly written?: string
  readonly meant?: string
}

export const REMARK_KINDS = [
  /** A parameter, option or variable name that the driver does not know: `sslMode`, `ssl_mode`. */
  'key-unknown',
  /** A value that is no libpq sslmode: `verify_full`, `VERIFY-FULL`, `no-verify`. */
  'value-unknown',
  /** A parameter given twice; the last one counts. */
  'key-duplicated',
  /** A keyword the driver ignores: `ssl.sslmode`, `sslcrl`, `PGSSLCERT`. */
  'key-unread',
  /** `&amp;`, `;` or `??`: what follows is not a parameter any more. */
  'separator-broken',
  /** A string that the driver reads as something else: a keyword DSN read as a database name. */
  'string-misread',
  /** A value that makes the driver throw or die: `ssl: 'require'`. */
  'value-fatal',
  /** A multi-host string or `service=` that the driver does not implement. */
  'unsupported',
  /** pg-native, NODE_PG_FORCE_NATIVE, a custom `stream` or `connection`. */
  'unobservable',
  /** A replaced `checkServerIdentity`, or a `servername`/`ssl.host` that names another host. */
  'identity-replaced',
  /** `ssl.secureContext`, `ssl.session`, `ssl.socket`, ... move the decision out of the options. */
  'tls-delegated',
  /** A `ciphers` list that allows NULL, anonymous or broken ciphers. */
  'ciphers-weak',
  /** A `minVersion`/`maxVersion` below the policy. `written` is the version. */
  'tls-version',
  /** NODE_TLS_REJECT_UNAUTHORIZED=0. */
  'ambient',
  /** The configuration names a CA, but the driver would trust the default roots instead. */
  'roots-widened',
  /** The written root certificate cannot be used as one: an empty string, a path as PEM. */
  'roots-unusable',
  /** A client certificate without its key, or the other way round: it would not be sent. */
  'client-certificate-incomplete',
] as const
export type RemarkKind = (typeof REMARK_KINDS)[number]

/** A setting that was written but is not used by the driver. */
export interface Discarded {
  readonly origin: Origin
  /** What replaced it. */
  readonly by: Origin
  /** Whether the driver alone ends up weaker for it. The guard honours what is stricter. */
  readonly effect: 'weaker' | 'stricter' | 'same'
}

/** What one driver would do with one configuration, for one endpoint. */
export interface Plan {
  readonly driver: DriverName
  /** Which of several: `replication.slaves[1]`, `production`. Absent where there is one. */
  readonly name?: string
  readonly endpoint: Endpoint
  /** In the order they would be tried: `prefer` is [tls none, plaintext]. */
  readonly transports: readonly [Transport, ...Transport[]]
  /** The setting that decided the transports. */
  readonly decidedBy: Origin
  /** The sslmode as written, if it is one of libpq's: its portable meaning counts too. */
  readonly sslmode?: { readonly mode: SslMode; readonly origin: Origin }
  readonly discarded: readonly Discarded[]
  readonly remarks: readonly Remark[]
  /** Settings whose value is only known at run time (text world). */
  readonly unknown: readonly Origin[]
}

/** The client's own view of a TLS connection, taken from its socket. */
export interface LocalTls {
  readonly version: string
  readonly cipher: string
  readonly authorized: boolean
  readonly negotiation: 'postgres' | 'direct'
  readonly certificate: CertificateSummary
}

/** What a report says about the server's certificate. */
export interface CertificateSummary {
  readonly subject: string
  readonly issuer: string
  readonly names: readonly string[]
  readonly validFrom: Date
  readonly validTo: Date
  /** SHA-256 of the DER encoding, as colon-separated hex. */
  readonly fingerprint256: string
}

/** The server's view of the same session: its row of `pg_stat_ssl`. */
export interface PgStatSsl {
  readonly ssl: boolean
  readonly version: string | null
  readonly cipher: string | null
  readonly bits: number | null
  /** Whether the backend that answered is the one the connection was opened to (`pg_backend_pid()`). */
  readonly sameBackend: boolean
}

/** What one connection actually did. A plan is a promise; a session is a fact. */
export interface Session {
  readonly driver: DriverName
  /** As {@link Plan} has it. */
  readonly name?: string
  readonly endpoint: Endpoint
  /** `null` on a unix socket or in plaintext. */
  readonly local: LocalTls | null
  /** Absent where `sessionCheck` is `'local'`; `null` where the server had no row. */
  readonly server?: PgStatSsl | null
  readonly channelBinding: boolean
}
