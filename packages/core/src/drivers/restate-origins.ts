import type { DriverName, Origin, Plan } from '../model.js'

/**
 * Restates a plan's origins in the terms of a library above pg: `ssl.ca` is `replication.master.ssl.ca`
 * there. One origin stays one object: the rules compare them by identity.
 */
export function restateOrigins(plan: Plan, rename: (origin: Origin) => Origin): Plan {
  const renamed = new Map<Origin, Origin>()
  const to = (origin: Origin): Origin => {
    const known = renamed.get(origin) ?? rename(origin)
    renamed.set(origin, known)
    return known
  }
  const moved = <T extends object>(it: T): T =>
    'origin' in it ? { ...it, origin: to(it.origin as Origin) } : it
  const [first, ...rest] = plan.transports.map((transport) =>
    transport.kind !== 'tls'
      ? transport
      : {
          ...transport,
          roots: moved(transport.roots),
          ...(transport.crl ? { crl: moved(transport.crl) } : {}),
        },
  )
  return {
    ...plan,
    transports: [first ?? plan.transports[0], ...rest],
    decidedBy: to(plan.decidedBy),
    ...(plan.sslmode ? { sslmode: moved(plan.sslmode) } : {}),
    discarded: plan.discarded.map((it) => ({ ...moved(it), by: to(it.by) })),
    remarks: plan.remarks.map((remark) => {
      const it = moved(remark)
      // A key that is itself what was written.
      return remark.written === remark.origin.key ? { ...it, written: it.origin.key } : it
    }),
  }
}

/** {@link restateOrigins} where only the names of options change: `ssl.ca` is `dialectOptions.ssl.ca` there. */
export const restateOptions = (
  driver: DriverName,
  plan: Plan,
  rename: (key: string) => string,
): Plan => ({
  ...restateOrigins(plan, (origin) =>
    origin.via === 'option' ? { ...origin, key: rename(origin.key) } : origin,
  ),
  driver,
})
