import { refuse } from '../conninfo/setting.js'
import type { Endpoint, Origin, Plan, Remark, Roots, SslMode, Transport } from '../model.js'
import type { Env } from './pg/options.js'
import { hasStrayAt } from './pg/url-remarks.js'
import { isSslMode, misspelt, TLS_KEYWORDS } from './pg/words.js'

type Tls = Extract<Transport, { kind: 'tls' }>

/** SslMode.java and ConnectionFactoryImpl.java; unlike libpq, `require` never verifies. */
const ATTEMPTS: Readonly<Record<SslMode, (tls: Tls) => readonly [Transport, ...Transport[]]>> = {
  disable: () => [{ kind: 'plaintext' }],
  allow: (tls) => [{ kind: 'plaintext' }, tls],
  prefer: (tls) => [tls, { kind: 'plaintext' }],
  require: (tls) => [tls],
  'verify-ca': (tls) => [{ ...tls, verification: 'ca' }],
  'verify-full': (tls) => [{ ...tls, verification: 'full' }],
}

/**
 * What pgjdbc 42 would do with a URL (Driver.java, SslMode.java, LibPQFactory.java): one plan for each
 * host. It reads no variable of libpq; `ssl=true` alone is verify-full, nothing is `prefer`.
 *
 * @throws ConnInfoError where the driver does not accept the URL.
 * @see https://jdbc.postgresql.org/documentation/use/#connection-parameters
 * @see https://jdbc.postgresql.org/documentation/ssl/#configuring-the-client
 * @example
 * import { planJdbc } from '@verify-full/core/offline'
 *
 * const [plan] = planJdbc('jdbc:postgresql://db.example.com/app?ssl=true', {})
 * export const attempts = plan?.transports // tls, verified in full
 */
export function planJdbc(url: string, env: Env): [Plan, ...Plan[]] {
  const { endpoints, properties } = parse(url)
  const uri = (key: string): Origin => ({ via: 'uri', key })
  const written = properties.get('sslmode')
  const ssl = properties.get('ssl')
  const lower = written?.toLowerCase()
  if (written !== undefined && !isSslMode(lower)) refuse('sslmode is none that pgjdbc knows', 0)
  const switchedOn = ssl !== undefined && (ssl === '' || ssl.toLowerCase() === 'true')
  const mode = (lower as SslMode | undefined) ?? (switchedOn ? 'verify-full' : 'prefer')
  const decidedBy: Origin =
    written !== undefined
      ? uri('sslmode')
      : ssl === undefined
        ? { via: 'default', key: 'sslmode' }
        : uri('ssl')
  const validating = properties.get('sslfactory') !== NON_VALIDATING
  const attempts = ATTEMPTS[mode]({
    kind: 'tls',
    verification: 'none',
    roots: rootsOf(properties),
    negotiation: properties.get('sslNegotiation') === 'direct' ? 'direct' : 'postgres',
  })
  const [first, ...rest] = attempts.map(
    (it): Transport => (it.kind === 'tls' && !validating ? { ...it, verification: 'none' } : it),
  ) as [Transport, ...Transport[]]
  const overridden = !validating && (mode === 'verify-ca' || mode === 'verify-full')
  const plan = (endpoint: Endpoint): Plan => ({
    driver: 'jdbc',
    endpoint,
    transports: [first, ...rest],
    decidedBy: overridden ? uri('sslfactory') : decidedBy,
    ...(written === undefined ? {} : { sslmode: { mode, origin: decidedBy } }),
    discarded:
      ssl !== undefined && written !== undefined
        ? [
            {
              origin: uri('ssl'),
              by: decidedBy,
              effect: mode === 'verify-full' ? 'same' : 'weaker',
            },
          ]
        : [],
    remarks: [...remarks(properties), ...unreadEnv(env)],
    unknown: [],
  })
  const [host, ...others] = endpoints
  return [plan(host), ...others.map(plan)]
}

const NON_VALIDATING = 'org.postgresql.ssl.NonValidatingFactory'
const FACTORIES = [NON_VALIDATING, 'org.postgresql.ssl.LibPQFactory', '']

function rootsOf(properties: ReadonlyMap<string, string>): Roots {
  const path = properties.get('sslrootcert')
  const origin: Origin = { via: 'uri', key: path ? 'sslrootcert' : 'sslfactory' }
  if (path) return { kind: 'file', path, origin }
  const java = properties.get('sslfactory') === 'org.postgresql.ssl.DefaultJavaSSLFactory'
  return java ? { kind: 'system', origin } : { kind: 'unset' }
}

/** Properties that pgjdbc reads; names are case-sensitive. */
const READ = ['sslmode', 'ssl', 'sslrootcert', 'sslcert', 'sslkey', 'sslpassword', 'sslfactory']
const OTHER = ['sslNegotiation', 'sslpasswordcallback', 'sslfactoryarg', 'sslhostnameverifier']

function remarks(properties: ReadonlyMap<string, string>): Remark[] {
  return [...properties.keys()].flatMap((key): Remark[] => {
    const origin: Origin = { via: 'uri', key }
    if (key === 'sslhostnameverifier') return [{ kind: 'identity-replaced', origin }]
    if (key === 'sslfactory') {
      const known = FACTORIES.includes(properties.get(key) ?? '')
      const java = properties.get(key) === 'org.postgresql.ssl.DefaultJavaSSLFactory'
      return known || java ? [] : [{ kind: 'tls-delegated', origin }]
    }
    if (READ.includes(key) || OTHER.includes(key)) return []
    if ((TLS_KEYWORDS as readonly string[]).includes(key)) return [{ kind: 'key-unread', origin }]
    const meant = misspelt(key)
    return meant ? [{ kind: 'key-unknown', origin, written: key, meant }] : []
  })
}

const unreadEnv = (env: Env): Remark[] =>
  ['PGSSLMODE', 'PGSSLROOTCERT']
    .filter((key) => env[key])
    .map((key) => ({ kind: 'key-unread', origin: { via: 'env', key } }))

/** Driver.java, parseURL: hosts by comma, a port behind the last colon, parameters by ampersand. */
function parse(url: string): {
  endpoints: readonly [Endpoint, ...Endpoint[]]
  properties: ReadonlyMap<string, string>
} {
  if (!url.startsWith(PREFIX)) refuse('it does not start with "jdbc:postgresql:"', 0)
  const query = url.indexOf('?')
  const server = url.slice(PREFIX.length, query < 0 ? url.length : query)
  const properties = new Map<string, string>()
  // A ? or / in a password ends the authority early: what stands before it is no host.
  const late = server.indexOf('@', 2) > server.indexOf('/', 2) && server.includes('/', 2)
  if (late || (query >= 0 && hasStrayAt(new URLSearchParams(url.slice(query + 1)))))
    refuse(NO_HOST, 0)
  for (const part of query < 0 ? [] : url.slice(query + 1).split('&')) {
    const equals = part.indexOf('=')
    if (part === '') continue
    const [key, value] = equals < 0 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)]
    properties.set(key, decode(value))
  }
  const authority = server.startsWith('//') ? (server.slice(2).split('/')[0] ?? '') : ''
  const [host, ...others] = authority.split(',').map(parseHost)
  return { endpoints: [host as Endpoint, ...others], properties }
}

function parseHost(text: string): Endpoint {
  const match = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(text)
  const host = (match?.[1] ?? '').replace(/^\[|\]$/g, '')
  const port = Number(match?.[2] ?? '5432')
  // `user:password@host` is no part of a JDBC URL: what stands behind the colon is no port.
  if (!match || /[@?#]/.test(host) || port < 1 || port > 65535) {
    refuse(
      'a host and port of a JDBC URL cannot be read (user and password do not belong there)',
      0,
    )
  }
  return { kind: 'tcp', host: host === '' ? 'localhost' : host, port }
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value.replace(/\+/g, ' '))
  } catch {
    return refuse('a parameter of the URL is not percent-encoded correctly', 0)
  }
}

const NO_HOST = 'host and port of a JDBC URL cannot be read: user and password do not belong there'
const PREFIX = 'jdbc:postgresql:'
