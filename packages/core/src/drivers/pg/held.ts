import { isDeepStrictEqual } from 'node:util'
import type { Origin, Plan, Remark } from '../../model.js'
import { copies, type Env, isBag, peek } from './options.js'
import { planPgReading } from './plan.js'
import type { PgReading } from './reading.js'
import { DELEGATING } from './ssl.js'
import { acceptAnyName } from './versions.js'

/** What a live Client holds at the moment it connects. */
export interface PgHeld {
  readonly host: unknown
  readonly port: unknown
  /** `client.ssl`: whether TLS is asked for. */
  readonly ssl: unknown
  /** `client.connection.ssl`: what `tls.connect` gets. */
  readonly connectionSsl: unknown
  readonly negotiation: 'postgres' | 'direct'
  /** False for pg-native and for a foreign `connection` or `stream`. */
  readonly observable: boolean
}

const HELD = (key: string): Origin => ({ via: 'option', key: `client.${key}` })

/**
 * Judges a live client by what it holds. Where that agrees with the reading of its configuration, the
 * plan is the reading's, origins intact; otherwise the held values decide.
 *
 * @example
 * import { planPgHeld } from '@verify-full/core'
 *
 * const held = { host: 'db.example.com', port: 5432, ssl: false, connectionSsl: false } as const
 * const plan = planPgHeld({ ...held, negotiation: 'postgres', observable: true }, undefined, {})
 * export const { decidedBy } = plan // key: 'client.ssl'
 */
export function planPgHeld(held: PgHeld, reading: PgReading | undefined, env: Env): Plan {
  const plan = planPgReading(reconcile(held, reading), env)
  const known = plan.remarks.some(({ kind }) => kind === 'unobservable')
  if (held.observable || known) return plan
  const remark: Remark = { kind: 'unobservable', origin: HELD('connection') }
  return { ...plan, remarks: [...plan.remarks, remark] }
}

function reconcile(held: PgHeld, reading: PgReading | undefined): PgReading {
  const sameHost = reading?.host === held.host
  const samePort = Object.is(reading?.port, held.port)
  const agreed = reading && tlsAgrees(held, reading) ? reading : undefined
  const sameTls = agreed !== undefined
  // pg before 8.22 holds no sslnegotiation: that alone does not unseat the reading's origins.
  const same = sameHost && samePort && sameTls && held.negotiation === reading?.negotiation
  if (same && reading?.fatal === undefined) return reading
  const tls = agreed?.fatal === undefined && agreed ? agreed : mutated(held)
  const { hostaddr, ...kept }: Partial<PgReading> & typeof tls = tls
  return {
    ...kept,
    host: typeof held.host === 'string' ? held.host : '',
    hostOrigin: sameHost && reading ? reading.hostOrigin : HELD('host'),
    port: typeof held.port === 'number' ? held.port : Number.NaN,
    negotiation: held.negotiation,
    discarded: agreed?.discarded ?? [],
    remarks: reading?.remarks.filter(({ kind }) => sameTls || LASTING.includes(kind)) ?? [],
    ...(sameHost && hostaddr ? { hostaddr } : {}),
  }
}

/** Remarks that no later assignment to the client takes back. */
const LASTING: readonly Remark['kind'][] = ['unobservable', 'unsupported', 'string-misread']

/** Bytes are TLS only where both say so: `client.ssl` asks for it, `connection.ssl` upgrades. */
const mutated = ({ ssl, connectionSsl }: PgHeld) => ({
  ssl: ssl ? connectionSsl : false,
  sslOrigin: HELD(isDeepStrictEqualSafe(ssl, connectionSsl) ? 'ssl' : 'connection.ssl'),
})

const tlsAgrees = (held: PgHeld, reading: PgReading): boolean =>
  sameSsl(held.ssl, reading) && sameSsl(held.connectionSsl, reading)

/** What decides about a TLS connection; certificates and keys of the client do not. */
const DECIDING = [
  'rejectUnauthorized',
  'ca',
  'crl',
  'checkServerIdentity',
  'host',
  'servername',
  'minVersion',
  'maxVersion',
  'ciphers',
  ...DELEGATING,
]

function sameSsl(held: unknown, { ssl, rootcert }: PgReading): boolean {
  // The very object is read anew by the plan, so that a mutation of it is judged too.
  if (held === ssl || (!held && !ssl)) return true
  if (!isBag(held) || !isBag(ssl)) return false
  // A file named by sslrootcert: pg holds its text, the reading its path.
  const keys = DECIDING.filter((key) => !(key === 'ca' && rootcert))
  return keys.every((key) => {
    if (copies(held, key) !== copies(ssl, key)) return false
    const [now, then] = [peek(held, key), peek(ssl, key)]
    return then === acceptAnyName ? typeof now === 'function' : isDeepStrictEqualSafe(now, then)
  })
}

function isDeepStrictEqualSafe(a: unknown, b: unknown): boolean {
  try {
    return isDeepStrictEqual(a, b)
  } catch {
    return false
  }
}
