import type { Crl, DriverName, Origin, Plan, Roots, Transport } from '../../model.js'

/**
 * pg's plan in the words of a library that hands its options on to pg: `ssl.ca` is Sequelize's
 * `dialectOptions.ssl.ca`. An origin stays the same object wherever it occurs, as rules compare them.
 *
 * @example
 * import { planPg } from './plan.js'
 * import { planThrough } from './through.js'
 *
 * const [plan] = planPg({ host: 'db.example.com', ssl: false }, {})
 * export const told = plan && planThrough('sequelize', plan, (key) => `dialectOptions.${key}`)
 */
export function planThrough(driver: DriverName, plan: Plan, rename: (key: string) => string): Plan {
  const renamed = new Map<Origin, Origin>()
  const tell = (origin: Origin): Origin => {
    if (origin.via !== 'option') return origin
    const known = renamed.get(origin) ?? { ...origin, key: rename(origin.key) }
    renamed.set(origin, known)
    return known
  }
  const [first, ...rest] = plan.transports.map((transport) => tellTransport(transport, tell))
  return {
    ...plan,
    driver,
    transports: [first as Transport, ...rest],
    decidedBy: tell(plan.decidedBy),
    ...(plan.sslmode ? { sslmode: { ...plan.sslmode, origin: tell(plan.sslmode.origin) } } : {}),
    discarded: plan.discarded.map((it) => ({ ...it, origin: tell(it.origin), by: tell(it.by) })),
    remarks: plan.remarks.map((it) => ({ ...it, origin: tell(it.origin) })),
    unknown: plan.unknown.map(tell),
  }
}

function tellTransport(transport: Transport, tell: (origin: Origin) => Origin): Transport {
  if (transport.kind !== 'tls') return transport
  const told = <T extends Roots | Crl>(it: T): T =>
    'origin' in it ? { ...it, origin: tell(it.origin) } : it
  const { roots, crl } = transport
  return { ...transport, roots: told(roots), ...(crl ? { crl: told(crl) } : {}) }
}
