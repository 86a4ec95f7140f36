import type { Plan, Remark } from '../model.js'
import { type Env, keysOf, peek } from './pg/options.js'
import { planPg } from './pg/plan.js'
import { readableUrl } from './pg/url-remarks.js'
import { misspelt } from './pg/words.js'
import { restateOptions } from './restate-origins.js'

/** Options as `MikroORM.init()` takes them. */
export type MikroOrmConfig = Readonly<Record<string, unknown>>

/**
 * What MikroORM would do on PostgreSQL (core Connection.js and postgresql PostgreSqlConnection.js of
 * 7.2.1): the query of `clientUrl` is ignored, `driverOptions` is handed to `pg.Pool`. MikroORM 5 and 6
 * read `driverOptions.connection` instead, which is honoured here. One plan, and one for each replica.
 *
 * @see https://mikro-orm.io/docs/configuration#driver-options
 * @example
 * import { planMikroOrm } from '@verify-full/core/offline'
 *
 * const clientUrl = 'postgres://db.example.com/app?sslmode=verify-full'
 * export const [plan] = planMikroOrm({ clientUrl }, {}) // plaintext: the query is never read
 */
export function planMikroOrm(config: MikroOrmConfig, env: Env): [Plan, ...Plan[]] {
  const replicas: unknown = peek(config, 'replicas')
  const main = planOne(config, env)
  if (!Array.isArray(replicas)) return [main]
  return [
    main,
    ...replicas.map((own: unknown, index) => ({
      ...planOne({ ...config, ...bag(own) }, env),
      name: `replicas[${index}]`,
    })),
  ]
}

function planOne(config: MikroOrmConfig, env: Env): Plan {
  const text = peek(config, 'clientUrl')
  const url = readableUrl(text)
  const driverOptions = peek(config, 'driverOptions')
  const connection = peek(driverOptions, 'connection')
  const host = peek(config, 'host') ?? url?.hostname
  const port = peek(config, 'port') ?? url?.port
  const read: Record<string, unknown> = {
    ...(host ? { host } : {}),
    ...(port ? { port } : {}),
    ...bag(driverOptions),
    ...bag(connection),
  }
  delete read.connection
  const [plan] = planPg(read, env) as [Plan]
  const inner = connection === undefined ? 'driverOptions.' : 'driverOptions.connection.'
  const told = restateOptions('mikro-orm', plan, (key) =>
    key === 'host' || key === 'port' ? key : `${inner}${key}`,
  )
  return { ...told, remarks: [...told.remarks, ...unread(text, url)] }
}

function unread(text: unknown, url: URL | undefined): Remark[] {
  if (typeof text === 'string' && text !== '' && !url) {
    return [{ kind: 'string-misread', origin: { via: 'uri', key: 'connectionString' } }]
  }
  return [...new Set(url?.searchParams.keys() ?? [])]
    .filter((key) => key.startsWith('ssl') || misspelt(key))
    .map((key) => ({
      kind: 'key-unread',
      origin: { via: 'uri', key },
      meant: 'driverOptions.ssl',
    }))
}

const bag = (from: unknown): Record<string, unknown> =>
  Object.fromEntries(keysOf(from).map((key) => [key, peek(from, key)]))
