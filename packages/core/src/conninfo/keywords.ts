import { LATEST_LIBPQ, type LibpqVersion } from './setting.js'

/** One of libpq's connection keywords. */
export interface Keyword {
  /** The variable that is read where nothing is written. */
  readonly env?: string
  /** The value compiled into libpq; builds with GSSAPI have gssencmode=prefer, others disable. */
  readonly compiled?: string
  /** The first major that knows it; absent: 14 or earlier. */
  readonly since?: LibpqVersion
  /** The only values that libpq accepts, to the letter. */
  readonly values?: readonly string[]
}

/**
 * Every connection keyword of libpq 14 to 18.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
 * @see https://www.postgresql.org/docs/current/libpq-envars.html
 * @example
 * import { KEYWORDS } from './keywords.js'
 *
 * export const variable = KEYWORDS.get('sslmode')?.env // 'PGSSLMODE'
 */
export const KEYWORDS: ReadonlyMap<string, Keyword> = new Map<string, Keyword>(
  Object.entries({
    service: { env: 'PGSERVICE' },
    user: { env: 'PGUSER' },
    password: { env: 'PGPASSWORD' },
    passfile: { env: 'PGPASSFILE' },
    require_auth: { env: 'PGREQUIREAUTH', since: 16 },
    channel_binding: {
      env: 'PGCHANNELBINDING',
      compiled: 'prefer',
      values: ['disable', 'prefer', 'require'],
    },
    connect_timeout: { env: 'PGCONNECT_TIMEOUT' },
    dbname: { env: 'PGDATABASE' },
    host: { env: 'PGHOST' },
    hostaddr: { env: 'PGHOSTADDR' },
    port: { env: 'PGPORT', compiled: '5432' },
    client_encoding: { env: 'PGCLIENTENCODING' },
    options: { env: 'PGOPTIONS', compiled: '' },
    application_name: { env: 'PGAPPNAME' },
    fallback_application_name: {},
    keepalives: {},
    keepalives_idle: {},
    keepalives_interval: {},
    keepalives_count: {},
    tcp_user_timeout: {},
    sslmode: {
      env: 'PGSSLMODE',
      compiled: 'prefer',
      values: ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'],
    },
    sslnegotiation: {
      env: 'PGSSLNEGOTIATION',
      compiled: 'postgres',
      since: 17,
      values: ['postgres', 'direct'],
    },
    sslcompression: { env: 'PGSSLCOMPRESSION', compiled: '0' },
    sslcert: { env: 'PGSSLCERT' },
    sslkey: { env: 'PGSSLKEY' },
    sslkeylogfile: { since: 18 },
    sslpassword: {},
    sslcertmode: { env: 'PGSSLCERTMODE', since: 16, values: ['disable', 'allow', 'require'] },
    sslrootcert: { env: 'PGSSLROOTCERT' },
    sslcrl: { env: 'PGSSLCRL' },
    sslcrldir: { env: 'PGSSLCRLDIR' },
    sslsni: { env: 'PGSSLSNI', compiled: '1' },
    requirepeer: { env: 'PGREQUIREPEER' },
    ssl_min_protocol_version: { env: 'PGSSLMINPROTOCOLVERSION', compiled: 'TLSv1.2' },
    ssl_max_protocol_version: { env: 'PGSSLMAXPROTOCOLVERSION' },
    min_protocol_version: { env: 'PGMINPROTOCOLVERSION', since: 18 },
    max_protocol_version: { env: 'PGMAXPROTOCOLVERSION', since: 18 },
    gssencmode: {
      env: 'PGGSSENCMODE',
      compiled: 'prefer',
      values: ['disable', 'prefer', 'require'],
    },
    krbsrvname: { env: 'PGKRBSRVNAME', compiled: 'postgres' },
    gsslib: { env: 'PGGSSLIB' },
    gssdelegation: { env: 'PGGSSDELEGATION', compiled: '0', since: 17 },
    replication: {},
    target_session_attrs: {
      env: 'PGTARGETSESSIONATTRS',
      compiled: 'any',
      values: ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'],
    },
    load_balance_hosts: {
      env: 'PGLOADBALANCEHOSTS',
      compiled: 'disable',
      since: 16,
      values: ['disable', 'random'],
    },
    scram_client_key: { since: 18 },
    scram_server_key: { since: 18 },
    oauth_issuer: { since: 18 },
    oauth_client_id: { since: 18 },
    oauth_client_secret: { since: 18 },
    oauth_scope: { since: 18 },
  } satisfies Record<string, Keyword>),
)

/**
 * Whether a libpq knows a keyword; case counts, and `requiressl` is not one: see {@link canonical}.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
 * @example
 * import { isKeyword } from './keywords.js'
 *
 * export const known = isKeyword('sslnegotiation', 16) // false: it came with 17
 */
export const isKeyword = (name: string, version: LibpqVersion = LATEST_LIBPQ): boolean => {
  const keyword = KEYWORDS.get(name)
  return keyword !== undefined && (keyword.since ?? 0) <= version
}

/**
 * The keyword and value that libpq stores: `requiressl=1` is `sslmode=require`, any other is prefer.
 *
 * @see https://www.postgresql.org/docs/9.2/libpq-connect.html#LIBPQ-CONNECT-REQUIRESSL
 * @example
 * import { canonical } from './keywords.js'
 *
 * export const [key, value] = canonical('requiressl', '1') // ['sslmode', 'require']
 */
export const canonical = (key: string, value: string): readonly [key: string, value: string] =>
  key === 'requiressl' ? ['sslmode', value.startsWith('1') ? 'require' : 'prefer'] : [key, value]
