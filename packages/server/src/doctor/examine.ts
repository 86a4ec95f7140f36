import {
  judge,
  type LoadedRoots,
  loadRoots,
  type Plan,
  type Policy,
  RootCertError,
} from '@verify-full/core'
import { readCertificate } from '@verify-full/core/offline'
import { probe } from '../probe/probe.js'
import type { Account } from '../probe/startup.js'
import type { AddressOffer, ProbeTest, ServerOffer } from '../probe/types.js'
import type { Cause } from './address.js'
import { diagnoseAddresses, offeredRoot } from './addresses.js'
import type { Facts } from './diagnoses.js'
import { readSession } from './session.js'
import { networkSteps } from './steps.js'
import { tell } from './tell.js'
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
  const look = (tests: readonly ProbeTest[]): Promise<ServerOffer> =>
    probe(endpoint, {
      // Without roots the server is asked all the same: what it presents may be what is missing.
      ...(roots instanceof RootCertError ? { roots: [] } : roots.pem ? { roots: roots.pem } : {}),
      ...(account ? { account } : {}),
      tests,
      negotiation,
      now,
      ...(options.timeoutMillis ? { timeoutMillis: options.timeoutMillis } : {}),
      ...(options.signal ? { signal: options.signal } : {}),
      ...(options.lookup ? { lookup: options.lookup } : {}),
    })
  const first = await look(['encrypted'])
  const offer = first.addresses.some(refused) ? await look(['encrypted', 'versions']) : first
  const rootless = roots instanceof RootCertError ? undefined : withoutRoot(roots)
  const facts: Facts = {
    host,
    port,
    now,
    roots: roots instanceof RootCertError ? '' : roots.source,
  }
  const say = (cause: Cause, address?: string): Diagnosis => tell(cause, facts, address)
  const before: readonly Diagnosis[] = [
    ...violations.map(({ actual, fix }) =>
      say({ id: 'configuration-refused', found: actual, fix }),
    ),
    ...(roots instanceof RootCertError
      ? [say({ id: 'root-cert-unusable', found: roots.message })]
      : []),
    ...(rootless ? [say({ id: 'root-cert-not-a-root', found: rootless })] : []),
    ...(offer.unresolved ? [say({ id: 'name-unresolved', code: offer.unresolved.code })] : []),
  ]
  const there = diagnoseAddresses(offer, say, {
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
    diagnoses: [...found, ...session.causes.map((cause) => say(cause))],
    addresses: offer.addresses,
    ...(root ? { offeredRoot: root } : {}),
    ...(outcome.kind === 'accepted' ? { session: outcome.report } : {}),
  }
}

/** In TLS, which may be about the version: only then is it worth asking which ones there are. */
const refused = ({ tls }: AddressOffer): boolean =>
  tls?.kind === 'failed' && tls.failure.kind === 'tls'

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
