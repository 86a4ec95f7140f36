import type { Plan, Remark } from '../model.js'
import { type Env, isBag, peek } from './pg/options.js'
import { planPg } from './pg/plan.js'
import { readableUrl } from './pg/url-remarks.js'
import { foreignMode, misspelt } from './pg/words.js'

/** `createPool(connectionUri, clientConfiguration)` in one object. */
export type SlonikConfig = Readonly<Record<string, unknown>>

/** The only modes that Slonik's own parser accepts; any other is a ZodError. */
const MODES: Readonly<Record<string, unknown>> = {
  disable: false,
  'no-verify': { rejectUnauthorized: false },
  require: true,
}

/**
 * What Slonik 47 and 49 would do (@slonik/utilities parseDsn.js, @slonik/pg-driver
 * createPgDriverFactory.js): the client configuration's `ssl` wins over the URI, `sslrootcert` is read and
 * then dropped, and `ssl: false` is passed where nothing is written, so that PGSSLMODE counts for nothing.
 *
 * @see https://github.com/gajus/slonik#user-content-slonik-usage-create-connection
 * @example
 * import { planSlonik } from '@verify-full/core/offline'
 *
 * const [plan] = planSlonik('postgres://db.example.com/app?sslmode=require', {})
 * export const kind = plan?.transports[0].kind // 'tls'
 */
export function planSlonik(config: string | SlonikConfig, env: Env): [Plan] {
  const options = typeof config === 'string' ? { connectionUri: config } : config
  const uri = peek(options, 'connectionUri')
  const ssl = peek(options, 'ssl')
  const url = readableUrl(uri)
  const parameters = url?.searchParams ?? new URLSearchParams()
  const mode = parameters.get('sslmode') ?? undefined
  const host = url?.hostname || parameters.get('host') || ''
  const read = {
    ...(host === '' ? {} : { host: decoded(host) }),
    ...(url?.port ? { port: Number(url.port) } : {}),
    // Slonik throws at any other mode, so that nothing is sent.
    ssl: ssl || (mode === undefined ? false : (MODES[mode] ?? true)),
  }
  const [plan] = planPg(read, { ...env, PGSSLMODE: undefined }) as [Plan]
  const origin = { via: 'uri', key: 'sslmode' } as const
  const decidedBy = ssl
    ? plan.decidedBy
    : mode === undefined
      ? ({ via: 'default', key: 'ssl' } as const)
      : origin
  const portable: Plan['sslmode'] =
    mode === 'disable' || mode === 'require' ? { mode, origin } : undefined
  return [
    {
      ...plan,
      driver: 'slonik',
      decidedBy,
      ...(portable ? { sslmode: portable } : {}),
      remarks: [...plan.remarks, ...remarks(uri, url, parameters, ssl)],
    },
  ]
}

function remarks(
  uri: unknown,
  url: URL | undefined,
  parameters: URLSearchParams,
  ssl: unknown,
): Remark[] {
  if (typeof uri === 'string' && uri.trim() !== '' && !url) {
    return [{ kind: 'string-misread', origin: { via: 'uri', key: 'connectionString' } }]
  }
  return [...new Set(parameters.keys())].flatMap((key): Remark[] => {
    const origin = { via: 'uri', key } as const
    if (key === 'sslmode') {
      const mode = parameters.get(key) ?? ''
      return Object.hasOwn(MODES, mode) && mode !== 'no-verify' ? [] : [foreignMode(mode, origin)]
    }
    if (key === 'sslrootcert') {
      return [{ kind: isBag(ssl) && peek(ssl, 'ca') ? 'key-unread' : 'roots-widened', origin }]
    }
    if (key === 'sslcert' || key === 'sslkey') return [{ kind: 'key-unread', origin }]
    const meant = misspelt(key)
    return meant ? [{ kind: 'key-unknown', origin, written: key, meant }] : []
  })
}

function decoded(host: string): string {
  try {
    return decodeURIComponent(host)
  } catch {
    return host
  }
}
