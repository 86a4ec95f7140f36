import {
  type DriverName,
  type Origin,
  type Plan,
  type Remark,
  type RemarkKind,
  type Session,
  SSL_MODES,
  TLS_VERSIONS,
  type TlsVersion,
} from './model.js'
import type { Policy } from './policy.js'
import type { ServerPosture } from './posture.js'
import { acceptsPlaintext, fallsShort, isLocal } from './protection.js'
import { BROKEN_SEPARATOR, DUPLICATED } from './sentences.js'

/** Every rule id, most specific first: the order in which violations are listed. */
export const RULE_IDS = [
  'waiver-expired',
  'unobservable-driver',
  'conninfo-misread',
  'multi-host-unsupported',
  'sslmode-unknown',
  'setting-ineffective',
  'ssl-value-fatal',
  'ambient-override',
  'root-cert-unusable',
  'roots-widened',
  'client-certificate-unusable',
  'tls-delegated',
  'hostname-not-verified',
  'certificate-expired',
  'certificate-not-yet-valid',
  'certificate-revoked',
  'certificate-not-verified',
  'tls-version-too-low',
  'cipher-without-encryption',
  'sslmode-below-verify-full',
  'plaintext-allowed',
  'sslmode-missing',
  'server-ssl-off',
  'handshake-failed',
  'session-not-ssl',
  'session-mismatch',
  'channel-binding-missing',
  'hba-trust',
  'hba-accepts-plaintext',
  'plaintext-session',
  'replica-drift',
  'setting-discarded',
  'certificate-expiring',
  'server-ca-missing',
] as const
export type RuleId = (typeof RULE_IDS)[number]

export type Severity = 'violation' | 'warning'

/** What a rule found, as data; {@link Violation} is the same with its sentences. */
export interface Finding {
  readonly rule: RuleId
  readonly origin: Origin
  /** A keyword, mode, version, count or name: what the sentence needs; never free text. */
  readonly written?: string
  readonly meant?: string
}

/** A finding in words: what was expected, what was found, where it came from, how to mend it. */
export interface Violation extends Finding {
  readonly severity: Severity
  readonly expected: string
  readonly actual: string
  readonly fix: string
  /** Anchor of the rule's documentation. */
  readonly docs: string
}

export type Subject = Plan | Session | ServerPosture
/** A posture is no driver's: it is described in libpq's words. */
export const driverOf = (subject: Subject): DriverName =>
  'driver' in subject ? subject.driver : 'libpq'
export interface Context {
  readonly policy: Policy
  readonly now: Date
}

export type Found = Omit<Finding, 'rule'>
type Rule = {
  readonly id: RuleId
  readonly severity: Severity
} & (
  | { readonly looksAt: 'plan'; test(plan: Plan, context: Context): readonly Found[] }
  | { readonly looksAt: 'session'; test(session: Session, context: Context): readonly Found[] }
  /** Seen in a server's posture only: its test is `judgePosture`'s, which no guard loads. */
  | { readonly looksAt: 'posture' }
  /** Found by I/O (root.crt, a handshake) and handed to `judge` as it is. */
  | { readonly looksAt: 'connection' }
)

const plan = (id: RuleId, test: (plan: Plan, context: Context) => readonly Found[]): Rule => ({
  id,
  severity: 'violation',
  looksAt: 'plan',
  test,
})
const session = (
  id: RuleId,
  test: (session: Session, context: Context) => readonly Found[],
): Rule => ({
  id,
  severity: 'violation',
  looksAt: 'session',
  test,
})
const posture = (id: RuleId): Rule => ({ id, severity: 'violation', looksAt: 'posture' })
const connection = (id: RuleId): Rule => ({ id, severity: 'violation', looksAt: 'connection' })
const warning = (rule: Rule): Rule => ({ ...rule, severity: 'warning' })

/** A rule that holds whenever a plan carries one of these remarks. */
const remarked = (id: RuleId, ...kinds: readonly RemarkKind[]): Rule =>
  plan(id, ({ remarks }) => remarks.filter(({ kind }) => kinds.includes(kind)).map(found))

const found = ({ kind, origin, written, meant }: Remark): Found => {
  const said = SAID[kind] ?? written
  return {
    origin,
    ...(said === undefined ? {} : { written: said }),
    ...(meant === undefined ? {} : { meant }),
  }
}
/** Kinds of a remark that decide on the sentence, whatever was written. */
const SAID: Partial<Record<RemarkKind, string>> = {
  'key-duplicated': DUPLICATED,
  'separator-broken': BROKEN_SEPARATOR,
}

/**
 * The table of rules, in the order of {@link RULE_IDS}. Protection is judged by five rules that divide
 * the ways to fall short among themselves, so that a waiver of one waives just that: what nobody wrote
 * (`sslmode-missing`), an sslmode that is too weak, plaintext, no verification, no host name.
 */
export const rules: readonly Rule[] = [
  connection('waiver-expired'),
  remarked('unobservable-driver', 'unobservable'),
  remarked('conninfo-misread', 'string-misread', 'separator-broken'),
  remarked('multi-host-unsupported', 'unsupported'),
  remarked('sslmode-unknown', 'key-unknown', 'value-unknown', 'key-duplicated'),
  remarked('setting-ineffective', 'key-unread'),
  remarked('ssl-value-fatal', 'value-fatal'),
  remarked('ambient-override', 'ambient'),
  remarked('root-cert-unusable', 'roots-unusable'),
  remarked('roots-widened', 'roots-widened'),
  remarked('client-certificate-unusable', 'client-certificate-incomplete'),
  remarked('tls-delegated', 'tls-delegated'),
  plan('hostname-not-verified', (it, { policy }) => [
    ...it.remarks.filter(({ kind }) => kind === 'identity-replaced').map(found),
    ...fallsShort(it, policy, 'hostname-not-verified'),
  ]),
  connection('certificate-expired'),
  connection('certificate-not-yet-valid'),
  connection('certificate-revoked'),
  plan('certificate-not-verified', (it, { policy }) =>
    fallsShort(it, policy, 'certificate-not-verified'),
  ),
  plan('tls-version-too-low', (it, { policy }) =>
    it.remarks
      .filter(({ kind, written }) => kind === 'tls-version' && older(written, policy.minTlsVersion))
      .map(found),
  ),
  remarked('cipher-without-encryption', 'ciphers-weak'),
  plan('sslmode-below-verify-full', (it, { policy }) => {
    const { sslmode } = it
    if (!sslmode || it.endpoint.kind === 'unix' || isLocal(it, policy)) return []
    const below = SSL_MODES.indexOf(sslmode.mode) < SSL_MODES.indexOf(policy.minimum)
    return below ? [{ origin: sslmode.origin, written: sslmode.mode }] : []
  }),
  plan('plaintext-allowed', (it, { policy }) => fallsShort(it, policy, 'plaintext-allowed')),
  plan('sslmode-missing', (it, { policy }) => fallsShort(it, policy, 'sslmode-missing')),
  connection('server-ssl-off'),
  connection('handshake-failed'),
  session('session-not-ssl', ({ endpoint, local, server }, { policy }) => {
    if (endpoint.kind === 'unix' || (!local && acceptsPlaintext(policy))) return []
    if (!local) return [{ origin: SOCKET, written: 'socket' }]
    if (policy.sessionCheck === 'local') return []
    if (!server) return [{ origin: PG_STAT_SSL, written: 'no row' }]
    return server.ssl ? [] : [{ origin: PG_STAT_SSL, written: 'pooler' }]
  }),
  session('session-mismatch', ({ local, server }, { policy }) => {
    if (!local || !server?.ssl || policy.sessionCheck === 'local') return []
    if (server.bits === 0) return [{ origin: PG_STAT_SSL, written: '0 bits' }]
    const [here, there] = [`${local.version} ${local.cipher}`, `${server.version} ${server.cipher}`]
    return here === there ? [] : [{ origin: PG_STAT_SSL, written: there, meant: here }]
  }),
  session('channel-binding-missing', ({ local, channelBinding }, { policy }) =>
    policy.channelBinding === 'require' && local && !channelBinding
      ? [{ origin: AUTHENTICATION }]
      : [],
  ),
  posture('hba-trust'),
  posture('hba-accepts-plaintext'),
  posture('plaintext-session'),
  posture('replica-drift'),
  warning(
    plan('setting-discarded', ({ discarded }) =>
      discarded
        .filter(({ effect }) => effect === 'weaker')
        .map(({ origin, by }) => ({ origin, written: by.key })),
    ),
  ),
  warning(
    session('certificate-expiring', ({ local }, { policy, now }) =>
      local ? expiring(local.certificate.validTo, policy, now) : [],
    ),
  ),
  warning(posture('server-ca-missing')),
]

export function expiring(validTo: Date, policy: Policy, now: Date): Found[] {
  const days = daysUntil(validTo, now)
  return days < policy.certificateExpiryDays ? [{ origin: CERTIFICATE, written: String(days) }] : []
}

/** Whole days from `now` until `date`, rounded down. */
export const daysUntil = (date: Date, now: Date): number =>
  Math.floor((date.getTime() - now.getTime()) / 86_400_000)

const older = (version: string | undefined, minimum: TlsVersion): boolean =>
  TLS_VERSIONS.indexOf(version as TlsVersion) < TLS_VERSIONS.indexOf(minimum)

const SOCKET: Origin = { via: 'default', key: 'socket' }
const PG_STAT_SSL: Origin = { via: 'default', key: 'pg_stat_ssl' }
const AUTHENTICATION: Origin = { via: 'default', key: 'authentication' }
export const CERTIFICATE: Origin = { via: 'default', key: 'certificate' }
