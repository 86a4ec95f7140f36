import { setMaxListeners } from 'node:events'
import { definePolicy, type Policy } from '@verify-full/core'
import { judgePosture, plaintextSessions } from '@verify-full/core/offline'
import { bounded } from '../bounded.js'
import type { Unseen } from '../live/types.js'
import type { ProbeTarget } from '../probe/probe.js'
import { driftBetween } from './drift.js'
import { findingsOf, firstToExpire, isReachable } from './findings.js'
import {
  AUDIT_STATUSES,
  type AuditOptions,
  type AuditReport,
  type AuditStatus,
  type AuditTarget,
  type ServerAudit,
} from './types.js'
import { type Visit, type Visiting, visit } from './visit.js'

/**
 * Audits servers: what they offer without credentials and, through a connection, their settings, their
 * rules in order, their sessions at this moment, and whether replicas are like their primary. Read-only.
 *
 * A server that cannot be reached, or seen, is part of the report; it never delays others beyond its own
 * time-out.
 *
 * @throws TypeError for a policy that is none; the signal's reason when it is aborted.
 * @example
 * import { audit } from '@verify-full/server'
 *
 * const { servers } = await audit([{ servers: [{ host: 'db.example.com', port: 5432 }] }])
 * export const open = servers.filter(({ status }) => status !== 'clean')
 */
export async function audit(
  targets: readonly AuditTarget[],
  options: AuditOptions = {},
): Promise<AuditReport> {
  const policy = definePolicy(options.policy ?? {})
  const { concurrency = 32, timeoutMillis = 5000, now = () => new Date() } = options
  const { discover = true, tests, lookup } = options
  const signal = ownSignal(options.signal)
  const asked = { ...(tests ? { tests } : {}), ...(lookup ? { lookup } : {}) }
  const visiting: Visiting = { timeoutMillis, now, signal, ...asked }
  let done = 0
  const at = now()
  const clusters = await bounded(targets, concurrency, async (target) => {
    const visits = await visitCluster(target, visiting, discover)
    const audits = visits.map((one) =>
      judged(target, one, visits, { policy, now: now(), discover }),
    )
    for (const one of audits) options.onServer?.(one, ++done)
    return audits
  })
  const servers = clusters.flat()
  return { at, servers, status: worst(servers.map(({ status }) => status)) }
}

/** Hundreds of exchanges listen to it: the caller's own signal gets one listener instead. */
function ownSignal(outer: AbortSignal | undefined): AbortSignal {
  const signal = outer ? AbortSignal.any([outer]) : new AbortController().signal
  setMaxListeners(0, signal)
  return signal
}

async function visitCluster(
  target: AuditTarget,
  visiting: Visiting,
  discover: boolean,
): Promise<readonly Visit[]> {
  const named = await Promise.all(
    target.servers.map((server) => visit(target, server, false, visiting)),
  )
  if (!discover) return named
  const found = await Promise.all(
    discovered(named, target.standbyPort).map((server) => visit(target, server, true, visiting)),
  )
  return [...named, ...found]
}

/** Addresses of standbys that are none of the servers already visited. */
function discovered(visits: readonly Visit[], standbyPort: number | undefined): ProbeTarget[] {
  const known = new Set(
    visits.flatMap(({ offer }) => offer.addresses.map(({ address }) => address)),
  )
  const found = new Map<string, ProbeTarget>()
  for (const { live, server } of visits) {
    for (const { address } of live?.standbys ?? []) {
      if (address !== null && !known.has(address)) {
        found.set(address, { host: address, port: standbyPort ?? server.port })
      }
    }
  }
  return [...found.values()]
}

function judged(
  target: AuditTarget,
  { server, discovered: found, offer, live, posture, unseen }: Visit,
  visits: readonly Visit[],
  { policy, now, discover }: { policy: Policy; now: Date; discover: boolean },
): ServerAudit {
  const primary = visits.find((other) => other.live?.role === 'primary')
  const replica = live ? live.role === 'replica' : primary !== undefined
  const drift = replica && primary ? driftBetween(primary.posture, posture) : []
  const expiring = firstToExpire(offer)
  const whole = { ...posture, ...(expiring ? { certificate: expiring } : {}), drift }
  const { report } = judgePosture(whole, policy, {
    now,
    also: findingsOf(offer, policy.minTlsVersion),
  })
  const { violations, warnings, waived } = report
  const standbys = discover ? (live?.standbys?.length ?? 0) : 0
  // Whoever would be refused today and is in all the same: nothing to stop for, and not clean.
  const minor = warnings.length + (live?.survivors.length ?? 0)
  const missing = [...unseen, ...unknownStandbys(standbys, visits, live?.role)]
  return {
    cluster: target.name ?? nameOf(target.servers[0]),
    endpoint: { kind: 'tcp', ...server },
    role: live?.role ?? 'unknown',
    discovered: found,
    at: offer.at,
    status: statusOf(isReachable(offer), violations.length, missing.length, minor),
    offer,
    ...(target.connect && isReachable(offer) ? { connected: live !== undefined } : {}),
    ...(live ? { live } : {}),
    posture: { ...posture, drift },
    ...(expiring ? { expires: expiring } : {}),
    violations,
    warnings,
    waived,
    unseen: missing,
    plaintext: plaintextSessions(live?.sessions ?? [], policy),
  }
}

/** A standby on an address whose port nobody named cannot be visited: that is said. */
function unknownStandbys(
  standbys: number,
  visits: readonly Visit[],
  role: string | undefined,
): readonly Unseen[] {
  const visited = visits.length - 1
  if (role !== 'primary' || standbys <= visited) return []
  return [
    {
      what: 'replicas',
      why: `${standbys} stream from this server, ${visited} of them audited`,
      fix: 'name them with --replica host:port, or in the connection string: host=a,b',
    },
  ]
}

function statusOf(
  reachable: boolean,
  violations: number,
  unseen: number,
  warnings: number,
): AuditStatus {
  if (!reachable) return 'unreachable'
  if (violations > 0) return 'findings'
  if (unseen > 0) return 'incomplete'
  return warnings > 0 ? 'warnings' : 'clean'
}

const worst = (statuses: readonly AuditStatus[]): AuditStatus =>
  AUDIT_STATUSES[Math.max(0, ...statuses.map((one) => AUDIT_STATUSES.indexOf(one)))] ?? 'clean'

const nameOf = ({ host, port }: ProbeTarget): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`
