import type { Plan, Remark } from '../model.js'
import { type Env, keysOf, type PgConfig, peek } from './pg/options.js'
import { planPg } from './pg/plan.js'
import { misspelt } from './pg/words.js'
import { restateOptions } from './restate-origins.js'

/** Options as `new Sequelize()` takes them; `url` stands for the string it takes as first argument. */
export type SequelizeConfig = Readonly<Record<string, unknown>>

/**
 * What Sequelize 6 would do on PostgreSQL (sequelize.js, postgres/connection-manager.js of 6.37.8): only
 * `dialectOptions` reaches pg, and the `ssl` of a URL replaces `dialectOptions.ssl`. One plan, or one for
 * `replication.write` and each `replication.read`, whose own `dialectOptions` replace the common ones.
 *
 * @see https://sequelize.org/docs/v6/other-topics/dialect-specific-things/#postgresql
 * @example
 * import { planSequelize } from '@verify-full/core/offline'
 *
 * const [plan] = planSequelize({ dialect: 'postgres', host: 'db.example.com', ssl: true }, {})
 * export const kind = plan?.transports[0].kind // 'plaintext': a top-level ssl is never read
 */
export function planSequelize(config: string | SequelizeConfig, env: Env): [Plan, ...Plan[]] {
  const options = typeof config === 'string' ? { url: config } : config
  const url = peek(options, 'url')
  const text = typeof url === 'string' && url !== '' ? url : undefined
  const replication = peek(options, 'replication')
  if (!replication || typeof replication !== 'object') return [planOne(text, options, options, env)]
  const reads: unknown = peek(replication, 'read')
  const all = Array.isArray(reads) ? reads : [reads]
  const named = (own: unknown, name: string): Plan => ({
    ...planOne(text, { ...options, ...defined(own) }, options, env, own),
    name,
  })
  return [
    named(peek(replication, 'write'), 'replication.write'),
    ...all.map((own, index) =>
      named(own, Array.isArray(reads) ? `replication.read[${index}]` : 'replication.read'),
    ),
  ]
}

function planOne(
  url: string | undefined,
  options: SequelizeConfig,
  common: SequelizeConfig,
  env: Env,
  own?: unknown,
): Plan {
  const dialectOptions = peek(options, 'dialectOptions')
  const ssl = peek(dialectOptions, 'ssl')
  // A server of `replication` with its own dialectOptions does not get what the URL said.
  const detached = own !== undefined && peek(own, 'dialectOptions') !== undefined
  const string = detached ? undefined : url
  // The URL's host and port are options by then: they stay where its parameters are lost.
  const dialled = detached && url ? planPg({ connectionString: url }, {})[0]?.endpoint : undefined
  const inherited = dialled?.kind === 'unix' ? dialled.path : dialled?.host
  const host = peek(own, 'host') ?? inherited ?? (url ? undefined : peek(options, 'host'))
  const port = peek(own, 'port') ?? (dialled?.kind === 'tcp' ? dialled.port : undefined)
  const read = {
    ...(string ? { connectionString: string } : { host: host || 'localhost' }),
    ...(string && host !== undefined ? { host } : {}),
    port: port ?? (peek(options, 'port') || 5432),
    ...(ssl === undefined ? {} : { ssl }),
    ...(peek(dialectOptions, 'stream') ? { stream: true } : {}),
    ...(peek(common, 'native') ? { native: true } : {}),
  }
  const [plan] = planPg(read, env)
  const told = restateOptions('sequelize', plan as Plan, rename)
  const dead = [...unread(common, ''), ...unread(dialectOptions, 'dialectOptions.')]
  // The URL's host is an option to pg; one that the server of a replication names takes its place.
  const endpoint =
    own !== undefined && url && typeof host === 'string'
      ? { ...told.endpoint, ...(told.endpoint.kind === 'tcp' ? { host } : {}) }
      : told.endpoint
  return { ...told, endpoint, remarks: [...told.remarks, ...dead] }
}

const rename = (key: string): string =>
  key === 'ssl' || key.startsWith('ssl.') || key === 'stream' ? `dialectOptions.${key}` : key

/** Names about TLS that are never read: at the top everything, in dialectOptions all but `ssl`. */
const unread = (from: unknown, prefix: '' | 'dialectOptions.'): Remark[] =>
  keysOf(from).flatMap((key): Remark[] => {
    const value = peek(from, key)
    if (value === undefined || value === null || (key === 'ssl' && prefix !== '')) return []
    if (key !== 'ssl' && !KEYWORDS.includes(key) && !misspelt(key)) return []
    const meant = 'dialectOptions.ssl'
    return [{ kind: 'key-unread', origin: { via: 'option', key: `${prefix}${key}` }, meant }]
  })

const KEYWORDS: readonly string[] = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'sslcrl']

const defined = (own: unknown): Record<string, unknown> =>
  Object.fromEntries(
    keysOf(own)
      .map((key) => [key, peek(own as PgConfig, key)] as const)
      .filter(([, value]) => value !== undefined),
  )
