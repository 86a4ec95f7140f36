import type { Discarded, Origin, Remark, SslMode } from '../../model.js'
import { type Env, isBag, peek } from './options.js'
import { hasCa, strengthOf } from './ssl.js'
import type { PgUrl } from './url.js'
import { envSslMode, type PgVersion, sslValue } from './versions.js'
import { isSslMode, unknownMode } from './words.js'

/** The `ssl` that pg holds, what decided it, and what it displaced. */
export interface SslSetting {
  readonly value: unknown
  readonly origin: Origin
  /** The option `ssl` that a connection string replaced. */
  readonly lost?: unknown
  readonly sslmode: { readonly mode: SslMode; readonly origin: Origin } | undefined
  /** Origin of the string's sslmode: the same object as `origin` where that decided. */
  readonly modeOrigin: Origin
  readonly discarded: readonly Discarded[]
  readonly remarks: readonly Remark[]
}

const uri = (key: string): Origin => ({ via: 'uri', key })
const option = (key: string): Origin => ({ via: 'option', key })
const env = (key: string): Origin => ({ via: 'env', key })

/** pg 8.23.1, connection-parameters.js: `ssl` of the string, else of the options, else PGSSLMODE. */
export function readSslSetting(
  url: PgUrl | undefined,
  written: unknown,
  from: Env,
  version: PgVersion,
): SslSetting {
  const modeOrigin = uri('sslmode')
  const mode = url?.kind === 'socket' ? undefined : url?.values.get('sslmode')
  const sslmode = isSslMode(mode) ? { mode, origin: modeOrigin } : undefined
  const discarded: Discarded[] = []
  const remarks: Remark[] = []
  const settle = (value: unknown, origin: Origin) => ({
    value: value === 'true' ? true : value === 'no-verify' ? { rejectUnauthorized: false } : value,
    origin,
  })
  const replaced = (lost: unknown, origin: Origin, by: { value: unknown; origin: Origin }) => {
    const pins = hasCa(by.value) || Boolean(url?.values.get('sslrootcert'))
    const now = Math.floor(strengthOf(by.value)) + (pins ? 0.5 : 0)
    const then = strengthOf(lost)
    // A lost CA leaves pg with the default roots, whatever else the lost options said.
    const unpinned = hasCa(lost) && !pins
    const effect = unpinned || then > now ? 'weaker' : then < now ? 'stricter' : 'same'
    discarded.push({ origin, by: by.origin, effect })
  }
  const pgsslmode = from.PGSSLMODE ?? ''
  const meaning = envSslMode(pgsslmode, version)
  const fromEnv = meaning === undefined ? undefined : sslValue(meaning, true)
  const rest = { modeOrigin, discarded, remarks }

  if (url?.ssl !== undefined) {
    const origin = url.sslKey === 'sslmode' ? modeOrigin : uri(url.sslKey)
    const held = settle(url.ssl, origin)
    const earlier = url.values.get('ssl')
    if (earlier !== undefined && url.sslKey !== 'ssl' && url.sslKey !== 'sslnegotiation') {
      replaced(earlier === '0' ? false : settle(earlier, origin).value, uri('ssl'), held)
    }
    const lost = written === undefined ? {} : { lost: settle(written, origin).value }
    if ('lost' in lost) replaced(lost.lost, option(hasCa(lost.lost) ? 'ssl.ca' : 'ssl'), held)
    if (fromEnv !== undefined) replaced(fromEnv, env('PGSSLMODE'), held)
    return { ...held, ...lost, ...rest, sslmode }
  }
  if (written !== undefined) {
    const unverified = isBag(written) && peek(written, 'rejectUnauthorized') === false
    const held = settle(written, option(unverified ? 'ssl.rejectUnauthorized' : 'ssl'))
    if (fromEnv !== undefined) replaced(fromEnv, env('PGSSLMODE'), held)
    return { ...held, ...rest, sslmode }
  }
  const origin = env('PGSSLMODE')
  if (pgsslmode !== '' && (meaning === undefined || !isSslMode(pgsslmode))) {
    remarks.push(unknownMode(pgsslmode, origin))
  }
  if (fromEnv === undefined) {
    return { value: false, origin: DEFAULT_SSL, ...rest, sslmode }
  }
  const portable = isSslMode(pgsslmode) ? { mode: pgsslmode, origin } : undefined
  return { value: fromEnv, origin, ...rest, sslmode: sslmode ?? portable }
}

const DEFAULT_SSL: Origin = { via: 'default', key: 'ssl' }
