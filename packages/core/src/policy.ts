import { SSL_MODES, type SslMode, TLS_VERSIONS, type TlsVersion } from './model.js'
import { RULE_IDS, type RuleId } from './rules.js'
import { nearest } from './suggest.js'

/** One exception, with a reason and an end. After `until` the exception is itself a violation. */
export interface Waiver {
  readonly rule: RuleId
  /** The host as dialled (`db.example.com`), or the directory of a unix socket. */
  readonly host: string
  readonly reason: string
  /** A date, or an ISO 8601 string (`2027-01-31`); the exception ends at that instant. */
  readonly until: Date | string
}

/** Options of {@link definePolicy}; every one may be left out. */
export interface PolicyOptions {
  /** Weakest sslmode accepted. @default 'verify-full' */
  readonly minimum?: SslMode
  /** Path or PEM of root certificates, or `'system'`; used where the configuration names none. */
  readonly rootCert?: string
  /** @default 'TLSv1.2' */
  readonly minTlsVersion?: TlsVersion
  /** `'require'` refuses a session that was not SCRAM-SHA-256-PLUS. @default 'prefer' */
  readonly channelBinding?: 'prefer' | 'require'
  /** Which connections may do without TLS because they stay on this host. @default 'accept-unix' */
  readonly local?: 'refuse' | 'accept-unix' | 'accept-loopback'
  /**
   * `'both'`: the socket and `pg_stat_ssl` must agree. `'local'`: only the socket is looked at, for
   * poolers whose server side is a unix socket and for servers without the view. @default 'both'
   */
  readonly sessionCheck?: 'both' | 'local'
  /**
   * When pg_stat_ssl is asked: after authentication, or together with its last message, which saves
   * the round trip (PostgreSQL 14 to 18 and PgBouncer tolerate it). @default 'sequential'
   */
  readonly gate?: 'sequential' | 'eager'
  /** Milliseconds for the TLS handshake, and again for the pg_stat_ssl answer. @default 10000 */
  readonly gateTimeoutMillis?: number
  /** Warn when the server's certificate expires in fewer days. @default 30 */
  readonly certificateExpiryDays?: number
  /** Publish violations but refuse nothing. @default false */
  readonly reportOnly?: boolean
  /**
   * Exceptions by rule and host.
   *
   * @deprecated Struck through to stand out: each entry lets a connection below the policy through.
   */
  readonly dangerouslyAllow?: readonly Waiver[]
}

/** A validated, frozen policy; only {@link definePolicy} makes one. */
export interface Policy extends Required<Omit<PolicyOptions, 'rootCert' | 'dangerouslyAllow'>> {
  readonly rootCert: string | undefined
  readonly waivers: readonly (Omit<Waiver, 'until'> & { readonly until: Date })[]
}

/**
 * Validates and freezes a policy. Without options it is: verify-full, nothing waived.
 *
 * @throws TypeError on an unknown option ("did you mean"), a wrong value, a waiver without reason or date.
 * @example
 * import { definePolicy } from '@verify-full/core'
 *
 * export const policy = definePolicy({ rootCert: '/etc/ssl/rds.pem', minTlsVersion: 'TLSv1.3' })
 */
export function definePolicy(options: PolicyOptions | Policy = {}): Policy {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError('definePolicy() takes an object of options')
  }
  if (isPolicy(options)) return options
  if (isCopy(options)) {
    const { waivers, ...own } = options
    return definePolicy({ dangerouslyAllow: waivers, ...own } as PolicyOptions)
  }
  for (const key of Object.keys(options)) {
    if (!Object.hasOwn(OPTIONS, key)) throw new TypeError(unknownOption(key))
  }
  const read = <K extends keyof typeof OPTIONS>(key: K) => {
    const value = options[key]
    const { accepts, describe } = OPTIONS[key]
    if (value !== undefined && !accepts(value)) {
      throw new TypeError(`Policy option ${key} must be ${describe}`)
    }
    return value
  }
  for (const key of Object.keys(OPTIONS) as (keyof typeof OPTIONS)[]) read(key)
  const policy: Policy = Object.freeze({
    minimum: options.minimum ?? 'verify-full',
    rootCert: options.rootCert,
    minTlsVersion: options.minTlsVersion ?? 'TLSv1.2',
    channelBinding: options.channelBinding ?? 'prefer',
    local: options.local ?? 'accept-unix',
    sessionCheck: options.sessionCheck ?? 'both',
    gate: options.gate ?? 'sequential',
    gateTimeoutMillis: options.gateTimeoutMillis ?? 10_000,
    certificateExpiryDays: options.certificateExpiryDays ?? 30,
    reportOnly: options.reportOnly ?? false,
    waivers: Object.freeze((options.dangerouslyAllow ?? []).map(defineWaiver)),
  })
  defined.add(policy)
  return policy
}

/**
 * A spread policy, or one of another copy of this module, is validated like everything that is written. Who writes
 * options has to write `dangerouslyAllow`: waivers are read only where all is there that a policy has.
 */
const isCopy = (options: PolicyOptions | Policy): options is Policy =>
  ['waivers', ...Object.keys(OPTIONS)].every(
    (key) => ABSENT.has(key) || Object.hasOwn(options, key),
  )
/** What a policy has under another name, or not where it is written as JSON. */
const ABSENT: ReadonlySet<string> = new Set(['dangerouslyAllow', 'rootCert'])

function defineWaiver(waiver: Waiver, index: number): Policy['waivers'][number] {
  const at = `dangerouslyAllow[${index}]`
  if (typeof waiver !== 'object' || waiver === null) throw new TypeError(`${at} must be an object`)
  for (const key of Object.keys(waiver)) {
    if (!WAIVER_KEYS.includes(key))
      throw new TypeError(`${at} has an unknown key. ${hint(key, WAIVER_KEYS)}`)
  }
  const { rule, host, reason } = waiver
  if (!RULE_IDS.includes(rule)) {
    throw new TypeError(`${at}.rule is no rule. ${hint(String(rule), RULE_IDS)}`)
  }
  if (typeof host !== 'string' || host === '') throw new TypeError(`${at}.host must name one host`)
  if (typeof reason !== 'string' || reason.trim() === '') {
    throw new TypeError(`${at}.reason must say why`)
  }
  const until = new Date(waiver.until ?? Number.NaN)
  if (Number.isNaN(until.getTime())) throw new TypeError(`${at}.until must be a date`)
  return Object.freeze({ rule, host, reason, until })
}

const unknownOption = (key: string): string =>
  `Policy has no such option. ${hint(key, Object.keys(OPTIONS))}`

/** Never repeats the written key: it may be anything. */
function hint(written: string, candidates: readonly string[]): string {
  const near = nearest(written, candidates)
  return near ? `Did you mean ${near}?` : `Known: ${candidates.join(', ')}`
}

const oneOf = (...values: readonly unknown[]) => ({
  accepts: (value: unknown) => values.includes(value),
  describe: `one of ${values.map((value) => JSON.stringify(value)).join(', ')}`,
})

const OPTIONS = {
  minimum: oneOf(...SSL_MODES),
  rootCert: {
    accepts: (value: unknown) => typeof value === 'string' && value.trim() !== '',
    describe: "a path, PEM text, or 'system'",
  },
  minTlsVersion: oneOf(...TLS_VERSIONS),
  channelBinding: oneOf('prefer', 'require'),
  local: oneOf('refuse', 'accept-unix', 'accept-loopback'),
  sessionCheck: oneOf('both', 'local'),
  gate: oneOf('sequential', 'eager'),
  gateTimeoutMillis: {
    accepts: (value: unknown) =>
      Number.isInteger(value) && Number(value) > 0 && Number(value) < 2 ** 31,
    describe: 'a positive whole number of milliseconds',
  },
  certificateExpiryDays: {
    accepts: (value: unknown) => Number.isInteger(value) && Number(value) >= 0,
    describe: 'a whole number of days',
  },
  reportOnly: oneOf(true, false),
  dangerouslyAllow: {
    accepts: (value: unknown) => Array.isArray(value),
    describe: 'an array of waivers',
  },
} as const satisfies Record<
  keyof PolicyOptions,
  { accepts(value: unknown): boolean; describe: string }
>

const WAIVER_KEYS: readonly string[] = ['rule', 'host', 'reason', 'until']
const defined = new WeakSet<object>()
const isPolicy = (options: object): options is Policy => defined.has(options)
