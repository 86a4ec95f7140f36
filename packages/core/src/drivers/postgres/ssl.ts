import type { Discarded, Origin, Remark, SslMode } from '../../model.js'
import { type Env, has, isBag, peek } from '../pg/options.js'
import { strengthOf } from '../pg/ssl.js'
import { isSslMode, unknownMode } from '../pg/words.js'
import type { PostgresUrl } from './url.js'

/** The `ssl` that postgres.js holds, what decided it, and what it displaced. */
export interface PostgresSsl {
  readonly value: unknown
  readonly origin: Origin
  readonly sslmode?: { readonly mode: SslMode; readonly origin: Origin }
  readonly discarded: readonly Discarded[]
  readonly remarks: readonly Remark[]
}

interface Written {
  readonly value: unknown
  readonly origin: Origin
}

const uri = (key: string): Origin => ({ via: 'uri', key })
const DEFAULT: Written = { value: false, origin: { via: 'default', key: 'ssl' } }

/**
 * postgres.js 3.4.9, `parseOptions()`: an option that is there at all, undefined included, else the
 * query, else PGSSL, which no other program reads. PGSSLMODE is not read.
 */
export function readPostgresSsl(
  url: PostgresUrl | undefined,
  options: unknown,
  from: Env,
): PostgresSsl {
  const written = [inOptions(options), inQuery(url), inEnv(from)].filter((it) => it !== undefined)
  const [held = DEFAULT, ...lost] = written
  const mode = writtenMode(url, held)
  const unknown =
    typeof held.value === 'string' && held.value !== '' && !isSslMode(held.value)
      ? held.value !== 'true'
      : held.value === '' && held.origin.via === 'uri'
  return {
    value: held.value,
    origin: held.origin,
    ...(mode ? { sslmode: mode } : {}),
    discarded: lost.map(({ value, origin }) => ({
      origin,
      by: held.origin,
      effect: effectOf(strength(value), strength(held.value)),
    })),
    remarks: unknown ? [unknownMode(held.value, held.origin)] : [],
  }
}

function inOptions(options: unknown): Written | undefined {
  if (!isBag(options) || !has(options, 'ssl')) return undefined
  const value = peek(options, 'ssl')
  const unverified = isBag(value) && peek(value, 'rejectUnauthorized') === false
  const key = unverified ? 'ssl.rejectUnauthorized' : 'ssl'
  return { value, origin: { via: 'option', key } }
}

function inQuery(url: PostgresUrl | undefined): Written | undefined {
  const value = (key: string) => url?.values.get(key)
  if (value('sslrootcert') === 'system') return { value: 'verify-full', origin: uri('sslrootcert') }
  const key = value('sslmode') ? 'sslmode' : 'ssl'
  const text = value(key)
  if (text === undefined) return undefined
  return { value: text === 'disable' || text === 'false' ? false : text, origin: uri(key) }
}

const inEnv = ({ PGSSL }: Env): Written | undefined =>
  PGSSL ? { value: PGSSL, origin: { via: 'env', key: 'PGSSL' } } : undefined

/** The URL's sslmode counts for its next reader, whatever decides here. */
function writtenMode(url: PostgresUrl | undefined, held: Written): PostgresSsl['sslmode'] {
  const inUrl = url?.values.get('sslmode')
  if (isSslMode(inUrl)) {
    const decides = held.origin.via === 'uri' && held.origin.key === 'sslmode'
    return { mode: inUrl, origin: decides ? held.origin : uri('sslmode') }
  }
  return isSslMode(held.value) ? { mode: held.value, origin: held.origin } : undefined
}

/** The words that encrypt without verifying (src/connection.js, `secure()`). */
export const UNVERIFIED: readonly unknown[] = ['require', 'allow', 'prefer']

function strength(value: unknown): number {
  if (UNVERIFIED.includes(value)) return value === 'prefer' ? 0.5 : 1
  return value && !isBag(value) ? 3 : strengthOf(value)
}

const effectOf = (then: number, now: number): Discarded['effect'] =>
  then > now ? 'weaker' : then < now ? 'stricter' : 'same'
