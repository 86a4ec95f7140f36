import { KEYWORDS } from '../../conninfo/keywords.js'
import { type LibpqVersion, refuse, type Setting } from '../../conninfo/setting.js'
import { type Crl, type Roots, type SslMode, TLS_VERSIONS, type Transport } from '../../model.js'
import { isSystemRoots, type LibpqSettings, tlsVersionIndex } from './settings.js'

type Tls = Extract<Transport, { kind: 'tls' }>
type Attempts = (tls: Tls) => readonly [Transport, ...Transport[]]

const PLAINTEXT: Transport = { kind: 'plaintext' }

/**
 * The attempts of each sslmode. `tls` verifies the chain where sslrootcert is written: libpq does so
 * in every mode once the file exists. A `~/.postgresql/root.crt` that exists has the same effect as
 * a written sslrootcert, but whether it exists cannot be known without reading the disk.
 */
const ATTEMPTS: Readonly<Record<SslMode, Attempts>> = {
  disable: () => [PLAINTEXT],
  allow: (tls) => [PLAINTEXT, tls],
  prefer: (tls) => [tls, PLAINTEXT],
  require: (tls) => [tls],
  'verify-ca': (tls) => [{ ...tls, verification: 'ca' }],
  'verify-full': (tls) => [{ ...tls, verification: 'full' }],
}

const ENCRYPTED: readonly SslMode[] = ['require', 'verify-ca', 'verify-full']

/** Checks the settings together as libpq does before it dials, and turns them into attempts. */
export function readTransports(
  settings: LibpqSettings,
  version: LibpqVersion,
): readonly [Transport, ...Transport[]] {
  refuseValues(settings)
  const { get } = settings
  const mode = (get('sslmode')?.value ?? 'prefer') as SslMode
  const direct = get('sslnegotiation')?.value === 'direct'
  if (direct && !ENCRYPTED.includes(mode)) {
    refuse('sslnegotiation=direct needs sslmode=require or stronger', 0)
  }
  const rootcert = get('sslrootcert')
  if (isSystemRoots(rootcert, version) && mode !== 'verify-full') {
    refuse('sslrootcert=system needs sslmode=verify-full', 0)
  }
  const minTlsVersion = readVersions(get)
  const roots = readRoots(rootcert, version)
  const crl = readCrl(get('sslcrl'))
  return ATTEMPTS[mode]({
    kind: 'tls',
    verification: roots.kind === 'unset' ? 'none' : 'ca',
    roots,
    ...(crl ? { crl } : {}),
    ...(minTlsVersion ? { minTlsVersion } : {}),
    negotiation: direct ? 'direct' : 'postgres',
  })
}

function refuseValues({ get }: LibpqSettings): void {
  for (const [key, { values }] of KEYWORDS) {
    const setting = get(key)
    if (setting && values && !values.includes(setting.value)) {
      refuse(`${setting.origin.key} is none of ${values.join(', ')}`, 0)
    }
  }
}

/** An empty version is no limit; the oldest and the newest must not cross. */
function readVersions(get: LibpqSettings['get']): (typeof TLS_VERSIONS)[number] | undefined {
  const index = (key: string): number | undefined => {
    const value = get(key)?.value ?? ''
    if (value === '') return undefined
    const found = tlsVersionIndex(value)
    if (found < 0) refuse(`${key} is none of ${TLS_VERSIONS.join(', ')}`, 0)
    return found
  }
  const least = index('ssl_min_protocol_version')
  const most = index('ssl_max_protocol_version')
  if (least !== undefined && most !== undefined && least > most) {
    refuse('ssl_min_protocol_version is above ssl_max_protocol_version', 0)
  }
  return least === undefined ? undefined : TLS_VERSIONS[least]
}

function readRoots(rootcert: Setting | undefined, version: LibpqVersion): Roots {
  if (!rootcert || rootcert.value === '') return { kind: 'unset' }
  const { value: path, origin } = rootcert
  return isSystemRoots(rootcert, version)
    ? { kind: 'system', origin }
    : { kind: 'file', path, origin }
}

const readCrl = (sslcrl: Setting | undefined): Crl | undefined =>
  sslcrl && sslcrl.value !== ''
    ? { kind: 'file', path: sslcrl.value, origin: sslcrl.origin }
    : undefined
