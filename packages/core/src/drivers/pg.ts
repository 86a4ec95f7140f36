import type { Crl, Discarded, Endpoint, Origin, Plan, Remark, Roots, Transport } from '../model.js'
import { type Env, isBag, type PgConfig } from './pg-options.js'
import { diesOf, type PgReading, readPg, UNREADABLE } from './pg-reading.js'
import { readSsl, type SslReading } from './pg-ssl.js'
import { isMisreadPath } from './pg-url-remarks.js'
import type { PgVersion } from './pg-versions.js'
import { plain } from './pg-words.js'

export type { Env, PgConfig } from './pg-options.js'
export { type NamedFile, type PgReading, readPg } from './pg-reading.js'
export type { PgVersion } from './pg-versions.js'

/**
 * What pg would do with a configuration: always one plan, and never an exception.
 *
 * @example
 * import { planPg } from './pg.js'
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
  const noticed = [...reading.remarks, ...remarks, ...ambient(env)]
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
  if (diesOf(reading)) {
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

function readEndpoint({ host, hostOrigin, hostaddr, port, fatal }: PgReading): {
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
  const unreadable = /[^A-Za-z0-9._:%,-]/.test(host)
  const remarks: Remark[] = []
  if (unreadable && fatal === undefined) remarks.push(misread)
  if (host.includes(','))
    remarks.push({ kind: 'unsupported', origin: hostOrigin, meant: 'one host' })
  const shown = unreadable || host === '' ? UNREADABLE : host
  return {
    endpoint: { kind: 'tcp', host: shown, ...(hostaddr ? { hostaddr } : {}), port },
    remarks,
  }
}

/** The string's sslrootcert, else `ssl.ca`, else the `ssl.ca` that the string displaced, else PGSSLROOTCERT. */
function chooseRoots(
  { rootcert }: PgReading,
  ssl: SslReading,
  lost: SslReading,
  env: Env,
): { roots: Roots; discarded: readonly Discarded[] } {
  if (rootcert) return { roots: fileRoots(rootcert.path, rootcert.origin), discarded: [] }
  if (ssl.roots) return { roots: ssl.roots, discarded: [] }
  if (lost.roots?.kind === 'inline' && lost.roots.pem !== '') {
    return { roots: lost.roots, discarded: [] }
  }
  const path = env.PGSSLROOTCERT
  if (!path) return { roots: { kind: 'unset' }, discarded: [] }
  const origin: Origin = { via: 'env', key: 'PGSSLROOTCERT' }
  return { roots: fileRoots(path, origin), discarded: [weaker(origin, 'ca')] }
}

const fileRoots = (path: string, origin: Origin): Roots =>
  path === 'system' ? { kind: 'system', origin } : { kind: 'file', path, origin }

function chooseCrl(
  { sslcrl }: PgReading,
  ssl: SslReading,
  lost: SslReading,
): { crl?: Crl; discarded: readonly Discarded[] } {
  const dead = ssl.crl?.kind === 'file'
  if (ssl.crl && !dead) return { crl: ssl.crl, discarded: [] }
  const usable = lost.crl?.kind === 'inline' && lost.crl.pem !== '' ? lost.crl : undefined
  const crl: Crl | undefined =
    usable ?? ssl.crl ?? (sslcrl ? { kind: 'file', ...sslcrl } : undefined)
  return crl ? { crl, discarded: [weaker(crl.origin, 'crl')] } : { discarded: [] }
}

const weaker = (origin: Origin, by: string): Discarded => ({
  origin,
  by: { via: 'default', key: by },
  effect: 'weaker',
})

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
