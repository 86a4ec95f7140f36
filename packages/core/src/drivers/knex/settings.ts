import type { Origin, Remark } from '../../model.js'
import { copies, type Env, has, isBag, keysOf, type PgConfig, peek } from '../pg/options.js'
import { type PgReading, readPg } from '../pg/reading.js'
import type { NamedFile } from '../pg/settings.js'
import { urlSslMode } from '../pg/versions.js'
import { isSslMode, unknownMode } from '../pg/words.js'
import { parseKnexUrl, SSL_FILES } from './url.js'

const uri = (key: string): Origin => ({ via: 'uri', key })

/**
 * Reads what Knex hands to pg's Client: `connectionSettings`. An object made of a connection string by
 * Knex's own parser is recognised by its shape, and its origins are the string's parameters; a string,
 * which only a `connection` function can return, is pg's own to parse, and so is `connectionString`.
 *
 * @example
 * import { readKnexSettings } from '@verify-full/core'
 *
 * export const { ssl } = readKnexSettings({ host: 'db.example.com', sslmode: 'verify-full' }, {}) // false
 */
export function readKnexSettings(settings: unknown, env: Env): PgReading {
  if (typeof settings === 'string') return readPg(settings, env)
  return relabel(readHandedToPg(settings, env), ({ via, key }) =>
    via === 'option' ? { via, key: `connection.${key}` } : undefined,
  )
}

/**
 * Reads what an unknown library hands to pg's Client. Where it has parsed a string by Knex's parser, the
 * string's sslmode is still there, and is what was written.
 *
 * @example
 * import { readHandedToPg } from '@verify-full/core'
 *
 * export const { ssl } = readHandedToPg('postgres://db.example.com/app?sslmode=verify-full', {})
 */
export function readHandedToPg(config: unknown, env: Env): PgReading {
  if (typeof config === 'string') return readPg(config, env)
  const options = isBag(config) ? (config as PgConfig) : {}
  return isParsed(options) ? readParsed(options, env) : readPg(options, env)
}

/** Reads a `connection` of a configuration as Knex would before its Client is made. */
export function readKnexConnection(connection: unknown, env: Env): PgReading {
  if (typeof connection !== 'string') return readKnexSettings(connection, env)
  const { settings, remarks, fatal } = parseKnexUrl(connection)
  const reading = relabel(readKnexSettings(settings, env), ({ via, key }) =>
    via === 'option' ? uri(key.replace(/^connection\./, '')) : undefined,
  )
  const known = new Set(remarks.map(({ kind, origin }) => `${kind} ${origin.key}`))
  const more = reading.remarks.filter(({ kind, origin }) => !known.has(`${kind} ${origin.key}`))
  return {
    ...reading,
    remarks: [...remarks, ...more],
    ...(fatal === undefined ? {} : { fatal }),
  }
}

/** Settings that pg-connection-string 2.6.2 leaves behind beside the `ssl` it made of them. */
const PARSED = ['sslmode', ...(Object.keys(SSL_FILES) as (keyof typeof SSL_FILES)[])] as const

const textOf = (options: PgConfig, key: string): string => {
  const value = copies(options, key) ? peek(options, key) : undefined
  return typeof value === 'string' ? value : ''
}

/** Whether `ssl` is to the letter what the parser makes of the settings beside it; a port is its text. */
function isParsed(options: PgConfig): boolean {
  if (typeof peek(options, 'port') !== 'string' || !has(options, 'database')) return false
  if (peek(options, 'connectionString') || !PARSED.some((key) => textOf(options, key))) return false
  const mode = textOf(options, 'sslmode')
  const ssl = peek(options, 'ssl')
  if (mode === 'disable') return ssl === false
  if (typeof ssl !== 'object' || ssl === null) return false
  const named = Object.entries(SSL_FILES).filter(([key]) => textOf(options, key))
  const files = named.map(([, name]) => name)
  const expected = [...files, ...(mode === 'no-verify' ? ['rejectUnauthorized'] : [])]
  return (
    // pg hides `key` on the very object (pg 8.23.1, connection-parameters.js).
    expected.every((key) => has(ssl, key)) && keysOf(ssl).every((key) => expected.includes(key))
  )
}

function readParsed(options: PgConfig, env: Env): PgReading {
  const own = keysOf(options).filter((key) => !(PARSED as readonly string[]).includes(key))
  const mode = textOf(options, 'sslmode')
  const decider = PARSED.find((key) => textOf(options, key)) ?? 'sslmode'
  const sslOrigin = uri(decider)
  const off = mode !== '' && urlSslMode(mode, 'knex', false).alone === 'off'
  const ssl = off ? false : mode === 'no-verify' ? { rejectUnauthorized: false } : {}
  const rest = Object.fromEntries(own.map((key) => [key, peek(options, key)]))
  const file = (key: keyof typeof SSL_FILES): NamedFile | undefined =>
    textOf(options, key) ? { path: textOf(options, key), origin: uri(key) } : undefined
  const [rootcert, sslcert, sslkey] = [file('sslrootcert'), file('sslcert'), file('sslkey')]
  const reading = readPg({ ...rest, ssl }, env)
  const remarks: Remark[] = []
  if (mode !== '' && !isSslMode(mode)) remarks.push(unknownMode(mode, sslOrigin))
  const compat = uri('uselibpqcompat')
  if (textOf(options, compat.key)) remarks.push({ kind: 'key-unread', origin: compat })
  return {
    ...reading,
    remarks: [...reading.remarks, ...remarks],
    discarded: reading.discarded.map((it) =>
      it.by === reading.sslOrigin ? { ...it, by: sslOrigin } : it,
    ),
    sslOrigin,
    ...(isSslMode(mode) ? { sslmode: { mode, origin: sslOrigin } } : {}),
    ...(rootcert ? { rootcert } : {}),
    ...(sslcert ? { sslcert } : {}),
    ...(sslkey ? { sslkey } : {}),
  }
}

/** Gives origins other names; the same origin stays one object, which rules compare. */
export function relabel(
  reading: PgReading,
  rename: (origin: Origin) => Origin | undefined,
): PgReading {
  const renamed = new Map<Origin, Origin>()
  const to = (origin: Origin): Origin => {
    const known = renamed.get(origin) ?? rename(origin) ?? origin
    renamed.set(origin, known)
    return known
  }
  const file = <K extends 'rootcert' | 'sslcert' | 'sslkey' | 'sslcrl'>(key: K) => {
    const named = reading[key]
    return named ? { [key]: { ...named, origin: to(named.origin) } } : {}
  }
  const { sslmode } = reading
  return {
    ...reading,
    hostOrigin: to(reading.hostOrigin),
    sslOrigin: to(reading.sslOrigin),
    ...(sslmode ? { sslmode: { ...sslmode, origin: to(sslmode.origin) } } : {}),
    discarded: reading.discarded.map((it) => ({ ...it, origin: to(it.origin), by: to(it.by) })),
    remarks: reading.remarks.map((it) => ({ ...it, origin: to(it.origin) })),
    ...file('rootcert'),
    ...file('sslcert'),
    ...file('sslkey'),
    ...file('sslcrl'),
  }
}
