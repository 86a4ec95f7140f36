import type { Discarded, Endpoint, Plan, Remark, Transport } from '../../model.js'
import { chooseCrl, chooseRoots } from './honoured.js'
import { unreadService } from './host.js'
import { type Env, isBag, type PgConfig } from './options.js'
import { type PgReading, readPg, UNREADABLE } from './reading.js'
import { isFatalSsl, readSsl, type SslReading } from './ssl.js'
import { isMisreadPath } from './url-remarks.js'
import type { PgVersion } from './versions.js'
import { plain } from './words.js'

export type { Env, PgConfig } from './options.js'
export { type PgReading, readPg } from './reading.js'
export type { NamedFile } from './settings.js'
export type { PgVersion } from './versions.js'

/**
 * What pg would do with a configuration: always one plan, and never an exception.
 *
 * @example
 * import { planPg } from '@verify-full/core'
 *
 * const [plan] = planPg('postgres://db.example.com/app?sslmode=', {})
 * export const kind = plan?.transports[0].kind // 'plaintext'
 */
export const planPg = (
  config: string | PgConfig | null | undefined,
  env: Env,
  version: PgVersion = 'pg8',
): Plan[] => [planPgReading(readPg(config, env, version), env)]

/**
 * Turns a reading into a plan. What pg ignores but the configuration says (a lost `ssl.ca`, `sslcrl`,
 * PGSSLROOTCERT, `hostaddr`) is honoured where that is stricter, and listed in `discarded`.
 */
export function planPgReading(reading: PgReading, env: Env): Plan {
  const { endpoint, remarks } = readEndpoint(reading)
  const base = {
    driver: 'pg' as const,
    endpoint,
    decidedBy: reading.sslOrigin,
    ...(reading.sslmode ? { sslmode: reading.sslmode } : {}),
    unknown: [],
  }
  const service = unreadService(env, reading.hostOrigin)
  const noticed = [...reading.remarks, ...remarks, ...service, ...ambient(env)]
  const plan = (
    transport: Transport,
    discarded: readonly Discarded[],
    more: readonly Remark[],
  ) => ({
    ...base,
    transports: [transport] as const,
    discarded: [...reading.discarded, ...discarded],
    remarks: [...noticed, ...more],
  })
  if (endpoint.kind === 'unix') return plan({ kind: 'unix' }, [], [])
  if (reading.fatal !== undefined) return plan({ kind: 'plaintext' }, [], [])
  if (isFatalSsl(reading.ssl)) {
    return plan({ kind: 'plaintext' }, [], [{ kind: 'value-fatal', origin: reading.sslOrigin }])
  }
  if (!reading.ssl) return plan({ kind: 'plaintext' }, [], unreadEnv(env))
  const ssl = isBag(reading.ssl) ? readSsl(reading.ssl, reading.host) : WHOLE
  const lost = isBag(reading.lostSsl) ? readSsl(reading.lostSsl, reading.host) : WHOLE
  const roots = chooseRoots(reading, ssl, lost, env)
  const crl = chooseCrl(reading, ssl, lost)
  const transport: Transport = {
    kind: 'tls',
    verification: ssl.verification,
    roots: roots.roots,
    ...(crl.crl ? { crl: crl.crl } : {}),
    ...(ssl.minTlsVersion ? { minTlsVersion: ssl.minTlsVersion } : {}),
    negotiation: reading.negotiation,
  }
  const more = [...ssl.remarks, ...loneCertificate(reading), ...unreadEnv(env)]
  return plan(transport, [...roots.discarded, ...crl.discarded], more)
}

const WHOLE: SslReading = { verification: 'full', remarks: [] }

function readEndpoint({ host, hostOrigin, hostaddr, port, fatal, remarks: noticed }: PgReading): {
  endpoint: Endpoint
  remarks: Remark[]
} {
  const misread: Remark = { kind: 'string-misread', origin: hostOrigin }
  if (host.startsWith('/')) {
    const unreadable = isMisreadPath(host)
    return {
      endpoint: { kind: 'unix', path: unreadable ? UNREADABLE : host },
      remarks: unreadable && hostOrigin.via !== 'uri' ? [misread] : [],
    }
  }
  const unreadable = host === '' || /[^A-Za-z0-9._:%,-]/.test(host)
  const remarks: Remark[] = []
  if (unreadable && fatal === undefined) remarks.push(misread)
  // `postgres://app:pa@ss/word@host` dials `ss`: of a misread string only pg's own `base` is shown.
  const doubtful = hostOrigin.via === 'uri' && host !== 'base'
  const tail = doubtful && noticed.some((it) => it.kind === 'string-misread' && !it.written)
  if (host.includes(','))
    remarks.push({ kind: 'unsupported', origin: hostOrigin, meant: 'one host' })
  const shown = unreadable || tail ? UNREADABLE : host
  return {
    endpoint: { kind: 'tcp', host: shown, ...(hostaddr ? { hostaddr } : {}), port },
    remarks,
  }
}

const loneCertificate = ({ sslcert, sslkey }: PgReading): Remark[] => {
  const lone = sslcert && sslkey ? undefined : (sslcert ?? sslkey)
  return lone ? [{ kind: 'client-certificate-incomplete', origin: lone.origin }] : []
}

const ambient = (env: Env): Remark[] =>
  env.NODE_TLS_REJECT_UNAUTHORIZED === '0'
    ? [{ kind: 'ambient', origin: { via: 'env', key: 'NODE_TLS_REJECT_UNAUTHORIZED' } }]
    : []

/** Variables of libpq about TLS that pg 8.23.1 ignores, and the values that would matter. */
const UNREAD_ENV: Readonly<Record<string, (value: string) => boolean>> = {
  PGSSLCERT: (value) => value !== '',
  PGSSLKEY: (value) => value !== '',
  PGREQUIRESSL: (value) => plain(value) === '1',
  PGCHANNELBINDING: (value) => value === 'require',
  PGREQUIREAUTH: (value) => value !== '',
  PGSSLMINPROTOCOLVERSION: (value) => value !== '',
}

const unreadEnv = (env: Env): Remark[] =>
  Object.entries(UNREAD_ENV)
    .filter(([key, matters]) => matters(env[key] ?? ''))
    .map(([key]) => ({ kind: 'key-unread', origin: { via: 'env', key } }))
