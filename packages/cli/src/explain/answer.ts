import {
  ConnInfoError,
  type Env,
  formatEndpoint,
  formatOrigin,
  formatTransports,
  judge,
  type Plan,
  type Policy,
  type Roots,
  type Violation,
} from '@verify-full/core'
import type { ServiceFiles } from '@verify-full/core/offline'
import { READERS, type Reader, type Subject } from './readers.js'

/** The answer: rows for the readers that read it, and reasons for those that do not. No secret is in it. */
export interface Answer {
  /** Version of this shape. */
  readonly version: 1
  readonly source: string
  readonly minimum: string
  readonly rows: readonly Row[]
  readonly unread: readonly { readonly reader: string; readonly reason: string }[]
}

/** What one reader does for one host of the configuration. */
export interface Row {
  readonly reader: string
  readonly label: string
  /** Which of several connections: `replication.slaves[1]`. */
  readonly name?: string
  readonly endpoint: string
  /** In the order of trying. */
  readonly attempts: readonly string[]
  readonly verifies: 'chain and name' | 'chain only' | 'nothing'
  readonly roots: string
  /** Settings that are written and not used. */
  readonly discarded: readonly { readonly setting: string; readonly by: string }[]
  /** Settings that are known only at run time. */
  readonly unknown: readonly string[]
  readonly verdict: 'accepted' | 'refused'
  readonly violations: readonly Reason[]
  readonly warnings: readonly Reason[]
}

export type Reason = Pick<Violation, 'rule' | 'expected' | 'actual' | 'fix' | 'docs'> & {
  readonly from: string
}

/** Plans and judges a subject for every reader, or for those that `only` names. */
export function explainRows(
  subject: Subject,
  env: Env,
  policy: Policy,
  { now, only, services }: { now: Date; only?: readonly string[]; services: ServiceFiles },
): Answer {
  const rows: Row[] = []
  const unread: { reader: string; reason: string }[] = []
  for (const reader of READERS) {
    if (only ? !only.includes(reader.id) : isForeign(reader, subject)) continue
    // That it is a string says a string's row only.
    const label = subject.kind === 'string' ? reader.label : reader.label.replace(/ \(.*/, '')
    try {
      const plans = plansOf(reader, subject, env, services)
      if (plans.length === 0) unread.push({ reader: label, reason: 'it decides at run time' })
      const shown = plans.map((plan) => rowOf({ ...reader, label }, plan, policy, now))
      const ignored = reader.ignoresServices ? servicesIn(subject, env) : []
      rows.push(...shown.map((row) => withUnread(row, ignored)))
    } catch (error) {
      if (!(error instanceof ConnInfoError)) throw error
      unread.push({ reader: reader.label, reason: error.reason })
    }
  }
  return { version: 1, source: subject.source, minimum: policy.minimum, rows, unread }
}

/** Options of one library mean nothing to the others. */
const isForeign = (reader: Reader, subject: Subject): boolean =>
  subject.kind === 'options' && (subject.driver !== reader.driver || !reader.readOptions)

/** A row that says of these settings, too, that they are not read; pg's own says it of some. */
const withUnread = (row: Row, settings: Row['discarded']): Row => {
  const said = row.discarded.map(({ setting }) => setting)
  const more = settings.filter(({ setting }) => !said.includes(setting))
  return { ...row, discarded: [...row.discarded, ...more] }
}

/** Where a service is named, for readers that do not know what that is. */
const servicesIn = (subject: Subject, env: Env): Row['discarded'] =>
  [
    ...(subject.kind === 'string' && /\?(?:.*&)?service=/.test(subject.text)
      ? ([{ via: 'uri', key: 'service' }] as const)
      : []),
    ...(env.PGSERVICE === undefined ? [] : ([{ via: 'env', key: 'PGSERVICE' }] as const)),
  ].map((origin) => ({ setting: formatOrigin(origin), by: UNREAD }))
const UNREAD = 'nothing: it is never read'

function plansOf(
  reader: Reader,
  subject: Subject,
  env: Env,
  services: ServiceFiles,
): readonly Plan[] {
  if (subject.kind === 'string') return reader.read(subject.text, env, services)
  return reader.readOptions?.(subject.options, env) ?? []
}

function rowOf(reader: Reader, plan: Plan, policy: Policy, now: Date): Row {
  const { report } = judge({ plan }, { ...policy, reportOnly: false }, { now })
  const tls = plan.transports.find((transport) => transport.kind === 'tls')
  return {
    reader: reader.id,
    label: reader.label,
    ...(plan.name === undefined ? {} : { name: plan.name }),
    endpoint: formatEndpoint(plan.endpoint),
    attempts: plan.transports.map((transport) => formatTransports({ transports: [transport] })),
    verifies: tls ? VERIFIES[tls.verification] : 'nothing',
    roots: tls && tls.verification !== 'none' ? showRoots(tls.roots, reader) : '-',
    discarded: [
      ...plan.discarded.map(({ origin, by }) => ({
        setting: formatOrigin(origin),
        by: formatOrigin(by),
      })),
      ...plan.remarks
        .filter(({ kind }) => UNUSED.includes(kind))
        .map(({ origin }) => ({ setting: formatOrigin(origin), by: UNREAD })),
    ],
    unknown: plan.unknown.map(formatOrigin),
    verdict: report.violations.length > 0 ? 'refused' : 'accepted',
    violations: report.violations.map(reasonOf),
    warnings: report.warnings.map(reasonOf),
  }
}

const UNUSED: readonly string[] = ['key-unread', 'key-unknown', 'roots-widened']
const VERIFIES = { none: 'nothing', ca: 'chain only', full: 'chain and name' } as const

function showRoots(roots: Roots, reader: Reader): string {
  if (roots.kind === 'system') return "the system's"
  if (roots.kind === 'inline') return formatOrigin(roots.origin)
  if (roots.kind === 'unset') return reader.defaultRoots
  // What follows a broken separator is no part of a path, and may be a password.
  return /^[\w./\\~: -]+$/.test(roots.path) ? roots.path : formatOrigin(roots.origin)
}

const reasonOf = ({ rule, expected, actual, fix, docs, origin }: Violation): Reason => ({
  rule,
  expected,
  actual,
  fix,
  docs,
  from: formatOrigin(origin),
})
