import { parseConnInfo } from '../../conninfo/dsn.js'
import { isKeyword, KEYWORDS } from '../../conninfo/keywords.js'
import { parseService, type ServiceFiles } from '../../conninfo/service.js'
import { type LibpqVersion, refuse, type Setting } from '../../conninfo/setting.js'
import { type Discarded, type Origin, type Remark, SSL_MODES, TLS_VERSIONS } from '../../model.js'

/** What libpq ends up with, after string, service, environment and compiled defaults. */
export interface LibpqSettings {
  readonly get: (key: string) => Setting | undefined
  readonly discarded: readonly Discarded[]
  readonly remarks: readonly Remark[]
  readonly unknown: readonly Origin[]
}

/** Keywords that decide who is dialled and how it is verified: twice is a mistake, not a habit. */
const DECISIVE = /^(?:ssl|host|port$|channel_binding$|require|gssencmode$|service$)/

const written = (value: string): number => (value === '' ? 0 : 1)

/** How strong a value is, for the keywords that make a connection weaker or stricter. */
const STRENGTH: ReadonlyMap<string, (value: string) => number> = new Map([
  ['sslmode', (value) => (SSL_MODES as readonly string[]).indexOf(value)],
  ['ssl_min_protocol_version', (value) => tlsVersionIndex(value)],
  ['channel_binding', (value) => ['disable', 'prefer', 'require'].indexOf(value)],
  ['sslrootcert', written],
  ['sslcrl', written],
  ['sslcrldir', written],
  ['require_auth', written],
])

/** The place of a version in `TLS_VERSIONS`, or -1; libpq ignores its case. */
export const tlsVersionIndex = (value: string): number =>
  TLS_VERSIONS.findIndex((version) => version.toLowerCase() === value.toLowerCase())

/** Resolves every keyword: string, then service, then environment, then libpq's compiled defaults. */
export function resolveSettings(
  conninfo: string,
  env: Readonly<Record<string, string | undefined>>,
  services: ServiceFiles | undefined,
  version: LibpqVersion,
): LibpqSettings {
  const values = new Map<string, Setting>()
  const discarded: Discarded[] = []
  const remarks: Remark[] = []
  const unknown: Origin[] = []

  /** In a string the last one counts, in a service the first one. */
  const twice = (loser: Setting, winner: Setting) => {
    discarded.push(discard(loser, winner))
    if (!DECISIVE.test(loser.key)) return
    remarks.push({ kind: 'key-duplicated', origin: winner.origin, written: winner.key })
  }
  const fallBack = (setting: Setting) => {
    const winner = values.get(setting.key)
    if (!winner) values.set(setting.key, setting)
    else if (winner.origin.via === 'service' && setting.origin.via === 'service') {
      twice(setting, winner)
    } else if (discard(setting, winner).effect === 'weaker') {
      discarded.push(discard(setting, winner))
    }
  }

  for (const setting of parseConnInfo(conninfo, version)) {
    const earlier = values.get(setting.key)
    if (earlier) twice(earlier, setting)
    values.set(setting.key, setting)
  }
  const service = values.get('service') ?? fromEnv('service', 'PGSERVICE', env.PGSERVICE)
  const defined = service && services && find(services, service.value, version)
  if (defined) for (const setting of defined) fallBack(setting)
  else if (service) unknown.push(service.origin)
  for (const [key, keyword] of KEYWORDS) {
    if (!keyword.env || !isKeyword(key, version)) continue
    const setting = fromEnv(key, keyword.env, env[keyword.env])
    if (setting) fallBack(setting)
  }
  if (env.PGREQUIRESSL?.startsWith('1')) {
    fallBack({ key: 'sslmode', value: 'require', origin: { via: 'env', key: 'PGREQUIRESSL' } })
  }
  for (const [key, { compiled }] of KEYWORDS) {
    if (compiled === undefined || values.has(key) || !isKeyword(key, version)) continue
    const strict = key === 'sslmode' && isSystemRoots(values.get('sslrootcert'), version)
    const value = strict ? 'verify-full' : compiled
    values.set(key, { key, value, origin: { via: 'default', key } })
  }
  return { get: (key) => values.get(key), discarded, remarks, unknown }
}

/** The first file that defines the service counts; undefined where it may be defined elsewhere. */
function find(
  { files, complete }: ServiceFiles,
  service: string,
  version: LibpqVersion,
): readonly Setting[] | undefined {
  for (const file of files) {
    const settings = parseService(file, service, version)
    if (settings) return settings
  }
  return complete ? refuse('no service file defines the service', 0) : undefined
}

/** `sslrootcert=system` is a file name before PostgreSQL 16. */
export const isSystemRoots = (rootcert: Setting | undefined, version: LibpqVersion): boolean =>
  rootcert?.value === 'system' && version >= 16

const fromEnv = (key: string, name: string, value: string | undefined): Setting | undefined =>
  value === undefined ? undefined : { key, value, origin: { via: 'env', key: name } }

function discard(loser: Setting, winner: Setting): Discarded {
  const strength = STRENGTH.get(loser.key)
  const change = strength ? strength(winner.value) - strength(loser.value) : 0
  const effect = change < 0 ? 'weaker' : change > 0 ? 'stricter' : 'same'
  return { origin: loser.origin, by: winner.origin, effect }
}
