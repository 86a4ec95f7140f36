import type { Remark } from '../../model.js'
import { deadOptions } from '../pg/dead-keys.js'
import { keysOf, peek } from '../pg/options.js'
import { hasCa } from '../pg/ssl.js'
import type { TypeOrmPool } from './pools.js'

/** What TypeORM reads of its own beside pg's names, or what is not about a connection. */
const OWN = ['url', 'ssl', 'driver', 'extra', 'replication']
/** What pg reads, but TypeORM hands on from `extra` only. */
const ONLY_EXTRA = ['connectionString', 'sslnegotiation', 'hostaddr', 'sslcrl']

/** Options about TLS or the connection string that TypeORM does not read. */
export function deadTypeOrmOptions(
  { credentials, path, config }: TypeOrmPool,
  options: unknown,
): Remark[] {
  const places: [from: unknown, prefix: string][] = [[credentials, path]]
  if (path !== '') places.push([options, ''])
  return places.flatMap(([from, prefix]) => dead(from, prefix, hasCa(config.ssl)))
}

function dead(from: unknown, prefix: string, pinned: boolean): Remark[] {
  const keys = keysOf(from).filter((key) => !OWN.includes(key))
  const rest = Object.fromEntries(keys.map((key) => [key, peek(from, key)]))
  const remarks = deadOptions(rest, pinned).map((remark): Remark => {
    const origin = { ...remark.origin, key: `${prefix}${remark.origin.key}` }
    const meant = remark.meant === 'connectionString' ? 'url' : remark.meant
    return {
      ...remark,
      origin,
      ...(remark.written === undefined ? {} : { written: origin.key }),
      ...(meant === undefined ? {} : { meant: `${prefix}${meant}` }),
    }
  })
  const unread = ONLY_EXTRA.filter((key) => rest[key]).map((key): Remark => {
    const meant = key === 'connectionString' ? `${prefix}url` : `extra.${key}`
    return { kind: 'key-unread', origin: { via: 'option', key: `${prefix}${key}` }, meant }
  })
  return [...remarks, ...unread]
}
