import type { Origin, Plan } from '../model.js'
import { copies, isBag } from './pg-options.js'

/** Settings whose name in TypeORM differs from pg's. */
const NAMES: Readonly<Record<string, string>> = { connectionString: 'url', user: 'username' }

/**
 * Restates a plan's origins, which speak of pg's options, in the terms of whoever wrote DataSource
 * options: `ssl.ca` is `extra.ssl.ca` or `replication.slaves[1].ssl.ca`. One object stays one object: the
 * rules compare origins by identity.
 */
export function restateOrigins(plan: Plan, extra: unknown, path: string): Plan {
  const restated = new Map<Origin, Origin>()
  const restate = (origin: Origin): Origin => {
    const known = restated.get(origin)
    if (known) return known
    const key = writtenKey(origin, extra, path)
    const now: Origin = key === origin.key ? origin : { ...origin, via: 'option', key }
    restated.set(origin, now)
    return now
  }
  const trust = <T extends object>(it: T): T =>
    'origin' in it ? { ...it, origin: restate(it.origin as Origin) } : it
  const [first, ...rest] = plan.transports.map((transport) =>
    transport.kind === 'tls'
      ? {
          ...transport,
          roots: trust(transport.roots),
          ...(transport.crl ? { crl: trust(transport.crl) } : {}),
        }
      : transport,
  )
  return {
    ...plan,
    transports: [first ?? plan.transports[0], ...rest],
    decidedBy: restate(plan.decidedBy),
    ...(plan.sslmode
      ? { sslmode: { mode: plan.sslmode.mode, origin: restate(plan.sslmode.origin) } }
      : {}),
    discarded: plan.discarded.map((it) => ({
      ...it,
      origin: restate(it.origin),
      by: restate(it.by),
    })),
    remarks: plan.remarks.map((remark) => {
      const origin = restate(remark.origin)
      // A key that is itself what was written.
      return remark.written === remark.origin.key
        ? { ...remark, origin, written: origin.key }
        : { ...remark, origin }
    }),
  }
}

function writtenKey({ via, key }: Origin, extra: unknown, path: string): string {
  if (via !== 'option' && !(via === 'uri' && key === 'connectionString')) return key
  const [head = ''] = key.split('.', 1)
  if (isBag(extra) && copies(extra, head)) return `extra.${key}`
  return `${path}${NAMES[key] ?? key}`
}
