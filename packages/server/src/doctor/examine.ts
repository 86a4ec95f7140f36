import {
  judge,
  type LoadedRoots,
  loadRoots,
  type Plan,
  type Policy,
  RootCertError,
  readCertificate,
} from '@verify-full/core'
import { probe } from '../probe/probe.js'
import type { Account } from '../probe/startup.js'
import type { ServerOffer } from '../probe/types.js'
import { type Cause, causesOf, type Demands } from './address.js'
import { DIAGNOSES, type Facts } from './diagnoses.js'
import { managedDatabaseOf } from './managed.js'
import { readSession } from './session.js'
import { networkSteps } from './steps.js'
import type { Diagnosis, Examination, SessionOutcome, Step } from './types.js'

/** Options of {@link examine}. */
export interface ExamineOptions {
  readonly policy: Policy
  /** For the startup packet, which is sent to a verified server only. */
  readonly account?: Account
  /** Whether the session will present a client certificate. @default false */
  readonly clientCertificate?: boolean
  /** @default the policy's */
  readonly channelBinding?: 'prefer' | 'require'
  /** Opens the guarded session: called when all checks have passed, and only then. */
  readonly openSession?: (roots: LoadedRoots) => Promise<SessionOutcome>
  /** Where `~/.postgresql/root.crt` is looked for. @default the user's home */
  readonly home?: string
  /** The clock. @default the current time */
  readonly now?: Date
  /** As {@link probe} has it. @default 5000 */
  readonly timeoutMillis?: number
  readonly signal?: AbortSignal
  /** As {@link probe} has it. @default getaddrinfo */
  readonly lookup?: (host: string) => Promise<readonly string[]>
}

/**
 * Examines a connection from its configuration to a verified session, and says at which step it breaks,
 * why, and what to do. Nothing but a startup packet is sent before everything is verified; the password is
 * the session's, which is somebody else's to open.
 *
 * @throws the signal's reason when it is aborted; TypeError for a unix socket, which has no TLS to examine.
 * @example
 * import { definePolicy, planPg } from '@verify-full/core'
 * import { examine } from '@verify-full/server'
 *
 * const [plan] = planPg('postgres://db.example.com/app?sslmode=verify-full', {})
 * if (plan) {
 *   const { diagnoses } = await examine(plan, { policy: definePolicy() })
 *   for (const { problem, fix } of diagnoses) console.log(problem, fix)
 * }
 */
export async function examine(plan: Plan, options: ExamineOptions): Promise<Examination> {
  const { endpoint } = plan
  if (endpoint.kind !== 'tcp') throw new TypeError('examine: a unix socket has no TLS to examine')
  const { policy, now = new Date(), account } = options
  const { host, port } = endpoint
  const tls = plan.transports.find((transport) => transport.kind === 'tls')
  const { violations } = judge({ plan }, policy, { now }).report
  const roots = readRoots(plan, options)
  const negotiation = tls?.negotiation ?? 'postgres'
  const offer = await probe(endpoint, {
    // Without roots the server is asked all the same: what it presents may be what is missing.
    ...(roots instanceof RootCertError ? { roots: [] } : roots.pem ? { roots: roots.pem } : {}),
    ...(account ? { account } : {}),
    tests: ['encrypted'],
    negotiation,
    now,
    ...(options.timeoutMillis ? { timeoutMillis: options.timeoutMillis } : {}),
    ...(options.signal ? { signal: options.signal } : {}),
    ...(options.lookup ? { lookup: options.lookup } : {}),
  })
  const rootless = roots instanceof RootCertError ? undefined : withoutRoot(roots)
  const facts: Facts = {
    host,
    port,
    now,
    roots: roots instanceof RootCertError ? '' : roots.source,
  }
  const tell = (cause: Cause, address?: string): Diagnosis => describe(cause, facts, address)
  const before: readonly Diagnosis[] = [
    ...violations.map(({ actual, fix }) =>
      tell({ id: 'configuration-refused', found: actual, fix }),
    ),
    ...(roots instanceof RootCertError
      ? [tell({ id: 'root-cert-unusable', found: roots.message })]
      : []),
    ...(rootless ? [tell({ id: 'root-cert-not-a-root', found: rootless })] : []),
    ...(offer.unresolved ? [tell({ id: 'name-unresolved', code: offer.unresolved.code })] : []),
  ]
  const there = diagnoseAddresses(offer, tell, {
    host,
    now,
    direct: negotiation === 'direct',
    minTlsVersion: tls?.minTlsVersion ?? policy.minTlsVersion,
    hasRoots: !(roots instanceof RootCertError) && rootless === undefined,
    clientCertificate: options.clientCertificate ?? false,
    channelBinding: options.channelBinding ?? policy.channelBinding,
  })
  const found = [...before, ...there]
  const outcome: SessionOutcome =
    found.length > 0 || roots instanceof RootCertError
      ? { kind: 'skipped', reason: 'not opened: no password before everything else is right' }
      : ((await options.openSession?.(roots)) ?? { kind: 'skipped', reason: 'not asked for' })
  const session = readSession(outcome)
  const root = offeredRoot(offer)
  return {
    host,
    port,
    steps: [
      ...firstSteps(offer, found, facts),
      ...networkSteps(offer.addresses, there, {
        now,
        expiryDays: policy.certificateExpiryDays,
        startup: account !== undefined,
      }),
      session.step,
    ],
    diagnoses: [...found, ...session.causes.map((cause) => tell(cause))],
    addresses: offer.addresses,
    ...(root ? { offeredRoot: root } : {}),
    ...(outcome.kind === 'accepted' ? { session: outcome.report } : {}),
  }
}

function readRoots(plan: Plan, { policy, home }: ExamineOptions): LoadedRoots | RootCertError {
  const tls = plan.transports.find((transport) => transport.kind === 'tls')
  try {
    return loadRoots(tls?.roots ?? { kind: 'unset' }, policy.rootCert, home)
  } catch (error) {
    if (error instanceof RootCertError) return error
    throw error
  }
}

/** The names in a root.crt in which no chain can end; undefined where one can. */
function withoutRoot({ pem = [] }: LoadedRoots): string | undefined {
  const certificates = pem.map((block) => readCertificate(block))
  return certificates.length === 0 || certificates.some(({ selfSigned }) => selfSigned)
    ? undefined
    : certificates.map(({ subject }) => subject || 'a certificate without a subject').join('; ')
}

function describe(cause: Cause, facts: Facts, address: string | undefined): Diagnosis {
  const { step, say } = DIAGNOSES[cause.id]
  const [problem, fix] = say({ ...facts, ...cause })
  const managed = HINTED.includes(step) ? managedDatabaseOf(facts.host) : undefined
  const hint =
    managed &&
    [
      `${facts.host} belongs to ${managed.name}, which needs ${managed.ca}`,
      ...(managed.snag ? [`; ${managed.snag}`] : []),
      ...(managed.docs ? [` (${managed.docs})`] : []),
      ...(managed.unverified ? [' [unverified: ask the provider before you rely on it]'] : []),
    ].join('')
  return {
    id: cause.id,
    step,
    ...(address ? { address } : {}),
    problem,
    fix,
    ...(hint ? { hint } : {}),
    docs: `docs/doctor.md#${cause.id}`,
  }
}

const HINTED: readonly string[] = ['root certificates', 'certificate chain', 'host name']

/** Addresses that do not connect count only where none does: drivers go on to the next one. */
function diagnoseAddresses(
  { addresses }: ServerOffer,
  tell: (cause: Cause, address?: string) => Diagnosis,
  demands: Demands,
): readonly Diagnosis[] {
  const connected = addresses.filter(({ tcp }) => tcp.connected)
  const counted = connected.length > 0 ? connected : addresses.slice(0, 1)
  const found = counted.flatMap((offer) =>
    causesOf(offer, demands).map((cause) => ({ cause, address: offer.address })),
  )
  const everywhere = (id: string): boolean =>
    found.filter(({ cause }) => cause.id === id).length === counted.length
  const once = found.filter(
    ({ cause }, index) =>
      !everywhere(cause.id) || found.findIndex((other) => other.cause.id === cause.id) === index,
  )
  return once.map(({ cause, address }) => tell(cause, everywhere(cause.id) ? undefined : address))
}

function firstSteps(
  { unresolved, addresses }: ServerOffer,
  found: readonly Diagnosis[],
  { roots }: Facts,
): readonly Step[] {
  const details = {
    configuration: 'verify-full',
    'root certificates': roots,
    'name resolution': unresolved ? '' : addresses.map(({ address }) => address).join(', '),
  } as const
  return (Object.keys(details) as (keyof typeof details)[]).map((id): Step => {
    const problem = found.find(({ step }) => step === id)?.problem
    return problem === undefined
      ? { id, status: 'passed', detail: details[id] }
      : { id, status: 'failed', detail: problem }
  })
}

/** The self-signed end of the chain that was presented, where every address presents the same one. */
function offeredRoot({ addresses }: ServerOffer): Examination['offeredRoot'] {
  const ends = addresses.flatMap(({ tls }) =>
    tls?.kind === 'established' && tls.verdict.chain !== 'trusted' ? [tls.verdict.path.at(-1)] : [],
  )
  const [first] = ends
  const same = ends.every((end) => end?.fingerprint256 === first?.fingerprint256)
  return first?.selfSigned && same ? first : undefined
}
