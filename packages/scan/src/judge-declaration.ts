import {
  ConnInfoError,
  type DriverName,
  formatTransports,
  isLoopback,
  judge,
  type Plan,
  type Policy,
  type Violation,
} from '@verify-full/core'
import { type Declaration, type DirectFinding, STAND_IN, type TextEdit } from './model.js'
import { EVERYBODY, READERS } from './readers.js'
import { directFinding } from './rules.js'

/** A finding with its reader, and the waiver that lets it pass. */
export interface Judged extends DirectFinding {
  readonly reader?: { readonly driver: DriverName; readonly sentence: string }
  readonly waived?: { readonly reason: string; readonly until: Date }
}

/** Lets core rule on a declaration. Where several drivers may read it, the weakest reading counts. */
export function judgeDeclaration(
  declaration: Declaration,
  policy: Policy,
  now: Date,
  localHosts: ReadonlySet<string>,
): { findings: Judged[]; hosts: readonly string[] } {
  const { undetermined, at, readers = EVERYBODY, secrets } = declaration
  const shared = secrets ? { secrets } : {}
  if (undetermined.length > 0) {
    const names = [...new Set(undetermined)].join(', ')
    return { findings: [{ ...directFinding('undetermined', at, names), ...shared }], hosts: [] }
  }
  const readings = readers.flatMap((driver) => read(driver, declaration))
  const plans = readings.flatMap(({ plans }) => plans)
  if (plans.length === 0) {
    const reason = readings.find(({ refused }) => refused)?.refused
    const refused = reason
      ? [{ ...directFinding('conninfo-unreadable', at, reason), ...shared }]
      : []
    return { findings: refused, hosts: [] }
  }
  const weakest = Math.min(...plans.map(strength))
  const chosen = plans.find((plan) => strength(plan) === weakest)?.driver
  const found = plans
    .filter(({ driver }) => driver === chosen)
    .flatMap((plan) => findings(plan, declaration, policy, now, localHosts))
    .map((it) => ({ ...it, ...shared }))
  const hosts = plans.flatMap(({ endpoint }) => (endpoint.kind === 'tcp' ? [endpoint.host] : []))
  return { findings: found, hosts }
}

function read(
  driver: DriverName,
  declaration: Declaration,
): { plans: readonly Plan[]; refused?: string } {
  try {
    return { plans: READERS[driver]?.plan(declaration) ?? [] }
  } catch (error) {
    if (error instanceof ConnInfoError) return { plans: [], refused: error.reason }
    throw error
  }
}

/** How much the weakest attempt protects: an attacker chooses which one is made. */
const strength = ({ transports }: Plan): number =>
  Math.min(
    ...transports.map((it) =>
      it.kind === 'tls' ? STRENGTH[it.verification] : it.kind === 'unix' ? 4 : 0,
    ),
  )
const STRENGTH = { none: 1, ca: 2, full: 3 } as const

function findings(
  plan: Plan,
  declaration: Declaration,
  policy: Policy,
  now: Date,
  localHosts: ReadonlySet<string>,
): Judged[] {
  const { report } = judge({ plan }, policy, { now })
  const { settings, partial } = declaration
  const local = declaration.local ?? localReason(plan, localHosts)
  const name = READERS[plan.driver]?.name ?? plan.driver
  const sentence = `${name} reads this as ${formatTransports(plan)}`
  const present = (violation: Violation): Judged => {
    // What nobody wrote has no place of its own; of several connections, each has one.
    const { via, key } = violation.origin
    const own = settings.get(via === 'default' ? (plan.name ?? '') : `${plan.name}.${key}`)
    const place = own ?? (via === 'default' ? undefined : settings.get(key))
    const edit =
      place &&
      safeEdit(
        violation,
        place.replaceable && !WITHOUT_VERIFY_FULL.has(plan.driver) ? place.value : undefined,
        place.removal,
      )
    const written = place ? place.written : declaration.written
    const origin =
      written === undefined ? '' : ` (${via === 'default' ? 'the string' : key} in ${written})`
    const added = violation.rule === 'sslmode-missing' && mayAdd(declaration)
    return {
      rule: violation.rule,
      severity: violation.severity === 'warning' || policy.reportOnly ? 'warning' : 'error',
      at: place?.value ?? declaration.at,
      expected: named(violation.expected),
      actual: named(violation.actual) + origin,
      fix: named(violation.fix),
      docs: violation.docs,
      reader: { driver: plan.driver, sentence },
      ...(local ? { local } : {}),
      ...(edit ? { edits: [edit] } : added ? { edits: [added] } : {}),
    }
  }
  // That a string overrides the environment is what both are for.
  const counts = ({ rule, origin }: Violation): boolean =>
    (!partial || (origin.via !== 'default' && settings.has(origin.key))) &&
    !(rule === 'setting-discarded' && origin.via === 'env')
  return [
    ...[...report.violations, ...report.warnings].filter(counts).map(present),
    ...report.waived
      .filter(({ violation }) => counts(violation))
      .map(({ violation, reason, until }) => ({
        ...present(violation),
        waived: { reason, until },
      })),
  ]
}

function localReason({ endpoint }: Plan, localHosts: ReadonlySet<string>): string | undefined {
  if (endpoint.kind === 'unix') return 'a unix socket'
  const host = endpoint.hostaddr ?? endpoint.host
  if (isLoopback(host)) return host
  if (LOCAL_NAMES.has(host.toLowerCase())) return host
  return localHosts.has(host) ? `service ${host} of this file` : undefined
}

/** Names that only ever mean the machine itself, or the one that runs the container. */
const LOCAL_NAMES: ReadonlySet<string> = new Set([
  'host.docker.internal',
  'host.containers.internal',
  'gateway.docker.internal',
])

const named = (sentence: string): string => sentence.replaceAll(STAND_IN, 'the host')

/** Rules whose cause is one word in the file, and what takes its place; undefined removes the setting. */
const EDITS: Readonly<
  Record<string, (violation: Violation) => 'remove' | 'verify-full' | undefined>
> = {
  'sslmode-below-verify-full': () => 'verify-full',
  'sslmode-unknown': ({ origin, meant }) =>
    /sslmode$/i.test(origin.key) && meant === 'verify-full' ? 'verify-full' : undefined,
  'certificate-not-verified': ({ origin }) =>
    origin.key.endsWith('rejectUnauthorized') ? 'remove' : undefined,
  'ambient-override': () => 'remove',
}

/** Readers for whom `sslmode=verify-full` in the string is what to write; the others want a CA in code. */
const ADDED_FOR: ReadonlySet<DriverName> = new Set([
  'libpq',
  'pg',
  'knex',
  'drizzle-kit',
  'jdbc',
  'pgx',
])

/** Where nobody knows who reads it: all of {@link EVERYBODY} take it from a string. */
const mayAdd = ({ addition, readers }: Declaration): TextEdit | undefined =>
  readers === undefined || readers.every((it) => ADDED_FOR.has(it)) ? addition : undefined

/** Readers that have no such word: one throws at it, the others take it for a weaker mode. */
const WITHOUT_VERIFY_FULL: ReadonlySet<DriverName> = new Set(['slonik', 'mikro-orm', 'prisma'])

function safeEdit(
  violation: Violation,
  value: { offset: number; length: number } | undefined,
  removal: { offset: number; length: number } | undefined,
): TextEdit | undefined {
  const edit = EDITS[violation.rule]?.(violation)
  if (edit === 'remove' && removal)
    return { offset: removal.offset, length: removal.length, text: '' }
  if (edit === 'verify-full' && value)
    return { offset: value.offset, length: value.length, text: edit }
  return undefined
}
