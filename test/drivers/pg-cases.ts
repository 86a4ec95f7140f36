/** One configuration, what core plans for it, and (by running pg) what pg makes of it. */
export interface PgCase {
  readonly name: string
  /** `{dir}` stands for a directory with root.crt, client.crt and client.key. */
  readonly config: string | Record<string, unknown>
  readonly env?: Readonly<Record<string, string>>
  /** `plaintext`, `unix`, or `tls <verification> <roots>`. */
  readonly plan: string
  /** `<kind> <origin key>`, in any order. */
  readonly remarks?: readonly string[]
  /** What pg does not hold although the plan honours it: `system` as a file. */
  readonly onlyPlan?: boolean
  /** Exercises sslnegotiation, which older versions of pg do not have. */
  readonly negotiation?: boolean
}

export const PEM = '-----BEGIN CERTIFICATE-----\nMIIBAAAA\n-----END CERTIFICATE-----\n'
export const CRL = '-----BEGIN X509 CRL-----\nMIIBAAAA\n-----END X509 CRL-----\n'
const URL = 'postgres://app:s3cret-pw@db.example.com:6432/app'
const OPTIONS = { host: 'db.example.com', user: 'app', password: 's3cret-pw' }
const FULL = 'tls full unset'
const NONE = 'tls none unset'
const OFF = 'plaintext'

type Row = readonly [query: string, plan: string, ...remarks: string[]]
const query = ([text, plan, ...remarks]: Row): PgCase => ({
  name: `query ${text}`,
  config: text.startsWith('/') ? `postgres://db.example.com${text}` : `${URL}?${text}`,
  plan,
  remarks,
  negotiation: text.includes('sslnegotiation'),
})

/** Facts about the connection string, and pitfall P1. */
const URLS = (
  [
    ['', OFF],
    ['sslmode=disable', OFF],
    ['sslmode=prefer', FULL],
    ['sslmode=require', FULL],
    ['sslmode=verify-ca', FULL],
    ['sslmode=verify-full', FULL],
    ['sslmode=allow', FULL],
    ['sslmode=VERIFY-FULL', FULL, 'value-unknown sslmode'],
    ['sslmode=verify_full', FULL, 'value-unknown sslmode'],
    ['sslmode=DISABLE', FULL, 'value-unknown sslmode'],
    ['sslmode=bogus', FULL, 'value-unknown sslmode'],
    ['sslmode="disable"', FULL, 'value-unknown sslmode'],
    ['sslmode=%20verify-full', FULL, 'value-unknown sslmode'],
    ['sslmode=disable ', FULL, 'value-unknown sslmode'],
    ['sslmode=toString', FULL, 'value-unknown sslmode'],
    ['sslmode=no-verify', NONE, 'value-unknown sslmode'],
    ['sslmode=', OFF, 'value-unknown sslmode'],
    ['SSLMODE=verify-full', OFF, 'key-unknown SSLMODE'],
    ['sslMode=verify-full', OFF, 'key-unknown sslMode'],
    ['ssl_mode=verify-full', OFF, 'key-unknown ssl_mode'],
    ['sslmod=verify-full', OFF, 'key-unknown sslmod'],
    ['SSL=true', OFF, 'key-unknown SSL'],
    ['sslroot_cert=x', OFF, 'key-unknown sslroot_cert'],
    ['tls=true', OFF, 'key-unknown tls'],
    ['requiressl=1', OFF, 'key-unknown requiressl'],
    ['sslaccept=strict', OFF, 'key-unknown sslaccept'],
    ['ssl=true', FULL],
    ['ssl=1', FULL],
    ['ssl=0', OFF],
    ['ssl=', OFF],
    ['ssl', OFF],
    ['ssl=no-verify', NONE],
    ['ssl=false', OFF, 'value-fatal ssl'],
    ['ssl=yes', OFF, 'value-fatal ssl'],
    ['ssl=require', OFF, 'value-fatal ssl'],
    ['ssl=TRUE', OFF, 'value-fatal ssl'],
    ['ssl=verify-full', OFF, 'value-fatal ssl'],
    ['ssl=disable', OFF, 'value-fatal ssl'],
    ['ssl=0&sslmode=verify-full', FULL],
    ['ssl=true&sslmode=disable', OFF],
    ['sslmode=verify-full&ssl=no-verify', FULL],
    ['sslmode=verify-full&sslmode=disable', OFF, 'key-duplicated sslmode'],
    ['sslmode=verify-full&sslmode=', OFF, 'key-duplicated sslmode', 'value-unknown sslmode'],
    ['ssl=0&sslrootcert={dir}/root.crt', 'tls full file'],
    ['sslmode=verify-full&sslrootcert={dir}/root.crt', 'tls full file'],
    ['sslmode=no-verify&sslrootcert={dir}/root.crt', 'tls none file', 'value-unknown sslmode'],
    ['sslmode=disable&sslrootcert={dir}/root.crt', OFF],
    ['sslmode=verify-full&sslrootcert=', FULL],
    ['sslcert={dir}/client.crt', FULL, 'client-certificate-incomplete sslcert'],
    ['sslkey={dir}/client.key', FULL, 'client-certificate-incomplete sslkey'],
    ['sslcert={dir}/client.crt&sslkey={dir}/client.key', FULL],
    ['sslmode=verify-full&sslcrl={dir}/root.crl', FULL],
    ['sslmode=verify-full&sslpassword=hunter2hunter2', FULL, 'key-unread sslpassword'],
    ['sslmode=verify-full&channel_binding=require', FULL, 'key-unread channel_binding'],
    ['sslmode=verify-full&channel_binding=prefer', FULL],
    ['sslmode=verify-full&require_auth=scram-sha-256', FULL, 'key-unread require_auth'],
    ['ssl_min_protocol_version=TLSv1.3', OFF, 'key-unread ssl_min_protocol_version'],
    ['rejectUnauthorized=true', OFF, 'key-unread rejectUnauthorized'],
    ['ssl[rejectUnauthorized]=true', OFF, 'key-unread ssl[rejectUnauthorized]'],
    ['sslmode=verify-full&hostaddr=192.0.2.7', FULL],
    ['sslmode=verify-full&hostaddr=not-an-ip', FULL, 'value-unknown hostaddr'],
    ['sslmode=verify-full&service=prod', FULL, 'unsupported service'],
    ['sslmode=verify-full&target_session_attrs=read-write&gssencmode=prefer', FULL],
    ['sslnegotiation=direct', FULL],
    ['sslmode=verify-full&sslnegotiation=direct', FULL],
    ['sslmode=verify-full&sslnegotiation=postgres', FULL],
    ['sslmode=disable&sslnegotiation=direct', OFF, 'value-fatal sslnegotiation'],
    ['sslmode=verify-full&sslnegotiation=bogus', OFF, 'value-fatal sslnegotiation'],
    ['application_name=x&amp;sslmode=verify-full', OFF, 'separator-broken sslmode'],
    ['application_name=x;sslmode=verify-full', OFF, 'separator-broken sslmode'],
    ['?sslmode=verify-full', OFF, 'separator-broken sslmode'],
    ['application_name=a%26sslmode=disable', OFF],
    ['sslmode=verify-full&application_name=50%', FULL],
    ['/d&sslmode=verify-full', OFF, 'separator-broken sslmode'],
    ['/d;sslmode=verify-full', OFF, 'separator-broken sslmode'],
    ['/d#sslmode=verify-full', OFF, 'separator-broken sslmode'],
  ] as const satisfies readonly Row[]
).map(query)

/** The guard reads libpq's `system`; pg looks for a file of that name (#3101). */
const SYSTEM: PgCase = {
  ...query(['sslmode=verify-full&sslrootcert=system', 'tls full system']),
  onlyPlan: true,
}

const COMPAT = (
  [
    ['uselibpqcompat=true', OFF],
    ['uselibpqcompat=true&sslmode=disable', OFF],
    ['uselibpqcompat=true&sslmode=prefer', NONE],
    ['uselibpqcompat=true&sslmode=prefer&sslrootcert={dir}/root.crt', 'tls none file'],
    ['uselibpqcompat=true&sslmode=require', NONE],
    ['uselibpqcompat=true&sslmode=require&sslrootcert={dir}/root.crt', 'tls ca file'],
    ['uselibpqcompat=true&sslmode=verify-ca', OFF, 'value-fatal sslmode'],
    ['uselibpqcompat=true&sslmode=verify-ca&sslrootcert={dir}/root.crt', 'tls ca file'],
    ['uselibpqcompat=true&sslmode=verify-full', FULL],
    ['uselibpqcompat=true&sslmode=verify-full&sslrootcert={dir}/root.crt', 'tls full file'],
    ['uselibpqcompat=true&sslmode=allow', FULL],
    ['uselibpqcompat=true&sslmode=no-verify', FULL, 'value-unknown sslmode'],
    ['uselibpqcompat=true&sslmode=bogus', FULL, 'value-unknown sslmode'],
    ['uselibpqcompat=true&ssl=true', FULL],
    ['uselibpqcompat=true&sslrootcert={dir}/root.crt', 'tls full file'],
    ['uselibpqcompat=1&sslmode=require', FULL],
    ['uselibpqcompat=TRUE&sslmode=require', FULL],
    ['uselibpqcompat=&sslmode=require', FULL],
    [
      'uselibpqcompat=true&sslmode=require&uselibpqcompat=false',
      FULL,
      'key-duplicated uselibpqcompat',
    ],
  ] as const satisfies readonly Row[]
).map(query)

/** Facts about the environment, and pitfall P4. */
const envCase = (
  env: Record<string, string>,
  plan: string,
  remarks: readonly string[] = [],
  config: PgCase['config'] = OPTIONS,
): PgCase => ({
  name: `env ${JSON.stringify(env)} ${typeof config === 'string' ? config : Object.keys(config)}`,
  config,
  env,
  plan,
  remarks,
  negotiation: 'PGSSLNEGOTIATION' in env,
})

const ENVIRONMENT: readonly PgCase[] = [
  envCase({ PGSSLMODE: 'disable' }, OFF),
  ...['prefer', 'require', 'verify-ca', 'verify-full'].map((PGSSLMODE) =>
    envCase({ PGSSLMODE }, FULL),
  ),
  envCase({ PGSSLMODE: 'no-verify' }, NONE, ['value-unknown PGSSLMODE']),
  ...['allow', 'VERIFY-FULL', 'verify_full', ' verify-full', 'on'].map((PGSSLMODE) =>
    envCase({ PGSSLMODE }, OFF, ['value-unknown PGSSLMODE']),
  ),
  envCase({ PGSSLMODE: '' }, OFF),
  envCase({ PGSSLMODE: 'verify-full', PGSSLNEGOTIATION: 'direct' }, FULL),
  envCase({ PGSSLNEGOTIATION: 'direct' }, OFF, ['value-fatal PGSSLNEGOTIATION']),
  envCase({ PGSSLMODE: 'require', PGSSLNEGOTIATION: 'bogus' }, OFF, [
    'value-fatal PGSSLNEGOTIATION',
  ]),
  envCase({ PGSSLMODE: 'verify-full', PGSSLROOTCERT: '/etc/root.crt' }, 'tls full file'),
  envCase({ PGSSLMODE: 'verify-full', PGSSLROOTCERT: 'system' }, 'tls full system'),
  envCase({ PGSSLMODE: 'verify-full', PGSSLCRL: '/etc/root.crl' }, FULL),
  envCase({ PGSSLMODE: 'verify-full', PGSSLCERT: '/c', PGSSLKEY: '/k' }, FULL, [
    'key-unread PGSSLCERT',
    'key-unread PGSSLKEY',
  ]),
  envCase({ PGREQUIRESSL: '1' }, OFF, ['key-unread PGREQUIRESSL']),
  envCase({ PGCHANNELBINDING: 'require' }, OFF, ['key-unread PGCHANNELBINDING']),
  envCase({ PGSSLMODE: 'verify-full', PGHOSTADDR: '192.0.2.7' }, FULL),
  envCase({ PGHOST: 'db2.example.com', PGPORT: '6000' }, OFF, [], {}),
  envCase({ PGHOST: '/var/run/postgresql' }, 'unix', [], {}),
  envCase({ PGHOSTADDR: '192.0.2.7' }, OFF, ['key-unread PGHOSTADDR'], {}),
  envCase({ PGSERVICE: 'production' }, OFF, ['key-unread PGSERVICE'], {}),
  envCase({ PGSERVICE: 'production', PGHOST: 'db2.example.com' }, OFF, [], {}),
  envCase({ PGSERVICE: 'production', PGSSLMODE: 'verify-full' }, FULL),
  envCase({ NODE_PG_FORCE_NATIVE: '1' }, OFF, ['unobservable NODE_PG_FORCE_NATIVE']),
  envCase({ NODE_TLS_REJECT_UNAUTHORIZED: '0' }, OFF, ['ambient NODE_TLS_REJECT_UNAUTHORIZED']),
  envCase({ PGSSLMODE: 'disable' }, FULL, [], `${URL}?sslmode=verify-full`),
  ...['sslmode=disable', 'ssl=0', 'ssl='].map((text) =>
    envCase({ PGSSLMODE: 'verify-full' }, OFF, [], `${URL}?${text}`),
  ),
  envCase({ PGSSLMODE: 'no-verify' }, NONE, ['value-unknown PGSSLMODE'], URL),
  envCase({ PGSSLMODE: 'no-verify' }, FULL, [], { ...OPTIONS, ssl: true }),
  ...[null, 0, '', false].map((ssl) =>
    envCase({ PGSSLMODE: 'verify-full' }, OFF, [], { ...OPTIONS, ssl }),
  ),
  envCase({ PGSSLMODE: 'verify-full' }, FULL, [], { ...OPTIONS, ssl: undefined }),
  envCase({ PGSSLMODE: 'verify-full' }, FULL, ['value-unknown sslmode'], `${URL}?sslmode=`),
]

/** Facts about merging, `ssl` objects, and pitfalls P5 to P13 and P18. */
const option = (config: Record<string, unknown>, plan: string, ...remarks: string[]): PgCase => ({
  name: `options ${describeOptions(config)}`,
  config: 'connectionString' in config ? config : { ...OPTIONS, ...config },
  plan,
  remarks,
})

const describeOptions = (config: Record<string, unknown>): string =>
  Object.entries(config)
    .map(([key, value]) => `${key}: ${describeValue(value)}`)
    .join(', ')

function describeValue(value: unknown): string {
  if (typeof value === 'function') return '() => ...'
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)?.slice(0, 90) ?? '-'
  return `${value.constructor?.name} { ${Object.entries(value)
    .map(([key, inner]) => `${key}: ${typeof inner} ${String(JSON.stringify(inner)).slice(0, 30)}`)
    .join(', ')} }`
}

class Inherited {
  get ca() {
    return PEM
  }
}
const INLINE = 'tls full inline'
const at = (text: string) => `${URL}?${text}`

const OBJECTS: readonly PgCase[] = [
  option({ connectionString: at('sslmode=verify-full'), ssl: { ca: PEM } }, INLINE),
  option({ connectionString: at('sslmode=require'), ssl: { ca: PEM } }, INLINE),
  option(
    { connectionString: at('sslmode=no-verify'), ssl: { ca: PEM, rejectUnauthorized: true } },
    'tls none inline',
    'value-unknown sslmode',
  ),
  option({ connectionString: at('sslmode=disable'), ssl: { ca: PEM } }, OFF),
  option({ connectionString: at('ssl=true'), ssl: { ca: PEM } }, INLINE),
  option({ connectionString: at('ssl='), ssl: { ca: PEM } }, OFF),
  option({ connectionString: at('sslmode='), ssl: { ca: PEM } }, INLINE, 'value-unknown sslmode'),
  option({ connectionString: URL, ssl: { ca: PEM } }, INLINE),
  option({ connectionString: URL, ssl: { rejectUnauthorized: false } }, NONE),
  option(
    { connectionString: at('sslmode=verify-full&sslrootcert={dir}/root.crt'), ssl: { ca: PEM } },
    'tls full file',
  ),
  option({ connectionString: '', ssl: true }, FULL),
  option({ sslmode: 'verify-full' }, OFF, 'key-unread sslmode'),
  option({ sslMode: 'verify-full' }, OFF, 'key-unknown sslMode'),
  option({ sslrootcert: '/root.crt', ssl: true }, FULL, 'roots-widened sslrootcert'),
  option({ ssl: { sslmode: 'verify-full' } }, FULL, 'key-unread ssl.sslmode'),
  option({ ssl: { require: true } }, FULL, 'key-unread ssl.require'),
  option({ ssl: 'true' }, FULL),
  option({ ssl: 'no-verify' }, NONE),
  ...['require', 'false', 'verify-full', 1, Number.POSITIVE_INFINITY].map((ssl) =>
    option({ ssl }, OFF, 'value-fatal ssl'),
  ),
  option({ ssl: Number.NaN }, OFF),
  option({ url: URL }, OFF, 'key-unknown url'),
  option({ uri: URL }, OFF, 'key-unknown uri'),
  option({ connectionstring: URL }, OFF, 'key-unknown connectionstring'),
  option({ ssl: [] }, FULL),
  option({ ssl: () => undefined }, FULL),
  option({ ssl: new Map() }, FULL),
  option({ ssl: {} }, FULL),
  option({ ssl: { ca: PEM } }, INLINE),
  option({ ssl: { ca: Buffer.from(PEM) } }, INLINE),
  option({ ssl: { ca: [PEM, Buffer.from(PEM)] } }, INLINE),
  option({ ssl: { ca: undefined } }, FULL),
  option({ ssl: { ca: '' } }, FULL, 'roots-widened ssl.ca'),
  ...[
    [],
    [''],
    Buffer.alloc(0),
    '/etc/root.crt',
    'garbage',
    PEM.replaceAll('\n', '\\n'),
    PEM.replaceAll('\n', ''),
    PEM.replaceAll('CERTIFICATE', 'PRIVATE KEY'),
    {},
  ].map((ca) => option({ ssl: { ca } }, INLINE, 'roots-unusable ssl.ca')),
  option({ ssl: { sslrootcert: 'root.crt' } }, FULL, 'roots-widened ssl.sslrootcert'),
  option({ ssl: { sslca: PEM } }, FULL, 'roots-widened ssl.sslca'),
  option({ ssl: { CA: PEM } }, FULL, 'roots-widened ssl.CA'),
  option({ ssl: { CA: PEM, ca: PEM } }, INLINE, 'key-unread ssl.CA'),
  option({ ssl: new Inherited() }, FULL, 'roots-widened ssl.ca'),
  option({ ssl: { ca: PEM, rejectUnauthorized: false } }, 'tls none inline'),
  ...['false', 0, undefined, null, '', Number.NaN].map((rejectUnauthorized) =>
    option({ ssl: { rejectUnauthorized } }, FULL),
  ),
  option({ ssl: { reject_unauthorized: false } }, FULL, 'key-unread ssl.reject_unauthorized'),
  option({ ssl: { checkServerIdentity() {} } }, FULL, 'identity-replaced ssl.checkServerIdentity'),
  option(
    { ssl: { checkServerIdentity: undefined } },
    FULL,
    'identity-replaced ssl.checkServerIdentity',
  ),
  option({ ssl: { servername: 'DB.example.com', host: 'db.example.com' } }, FULL),
  option({ ssl: { servername: 'localhost' } }, FULL, 'identity-replaced ssl.servername'),
  option({ ssl: { servername: '' } }, FULL, 'identity-replaced ssl.servername'),
  option({ host: '192.0.2.1', ssl: { host: '' } }, FULL, 'identity-replaced ssl.host'),
  option({ host: '192.0.2.1', ssl: { host: undefined } }, FULL, 'identity-replaced ssl.host'),
  option({ host: '192.0.2.1', ssl: { host: '192.0.2.1' } }, FULL),
  ...['secureContext', 'session', 'socket', 'pskCallback', 'allowPartialTrustChain', 'pfx'].map(
    (key) => option({ ssl: { [key]: 'x' } }, FULL, `tls-delegated ssl.${key}`),
  ),
  option({ ssl: { secureProtocol: 'TLSv1_method' } }, FULL, 'tls-delegated ssl.secureProtocol'),
  option(
    { ssl: { ciphers: 'eNULL:@SECLEVEL=0', maxVersion: 'TLSv1.2' } },
    FULL,
    'ciphers-weak ssl.ciphers',
    'tls-version ssl.maxVersion',
  ),
  option({ ssl: { ciphers: 'HIGH:!aNULL:!MD5:-RC4' } }, FULL),
  option({ ssl: { ciphers: 'DEFAULT@SECLEVEL=0' } }, FULL, 'ciphers-weak ssl.ciphers'),
  option({ ssl: { minVersion: 'TLSv1' } }, FULL, 'tls-version ssl.minVersion'),
  option({ ssl: { minVersion: 'TLSv1.3' } }, FULL),
  option({ ssl: { ca: PEM, crl: CRL } }, INLINE),
  option({ ssl: { ca: PEM, crl: '' } }, INLINE, 'value-fatal ssl.crl'),
  option({ ssl: { ca: PEM, sslcrl: '/root.crl' } }, INLINE),
  option({ ssl: { cert: PEM } }, FULL, 'client-certificate-incomplete ssl.cert'),
  option({ ssl: { cert: PEM, key: '' } }, FULL, 'client-certificate-incomplete ssl.cert'),
  option({ ssl: { key: 'k' } }, FULL, 'client-certificate-incomplete ssl.key'),
  option({ ssl: { cert: PEM, key: 'k' } }, FULL),
  option({ native: true }, OFF, 'unobservable native'),
  option({ nativeConnectionString: URL }, OFF, 'unobservable nativeConnectionString'),
  option({ stream: () => ({}) }, OFF, 'unobservable stream'),
  { ...option({ connection: { on() {}, once() {} } }, OFF, 'unobservable connection') },
  option({ hostaddr: '192.0.2.7', ssl: true }, FULL),
  option({ service: 'prod' }, OFF, 'unsupported service'),
  option({ port: 99999 }, OFF, 'value-fatal port'),
  option({ port: '6000x' }, OFF),
  { ...option({ sslnegotiation: 'direct', ssl: true }, FULL), negotiation: true },
  {
    ...option({ sslnegotiation: 'direct' }, OFF, 'value-fatal sslnegotiation'),
    negotiation: true,
  },
]

/** Facts about the host that is dialled, and pitfalls P2 and P3. */
const host = (config: PgCase['config'], plan: string, ...remarks: string[]): PgCase => ({
  name: `host ${typeof config === 'string' ? config : describeOptions(config)}`,
  config,
  plan,
  remarks,
})
const MISREAD = 'string-misread connectionString'

const HOSTS: readonly PgCase[] = [
  host('postgres://good.example.com/d?sslmode=verify-full&host=evil.example.com', FULL),
  host(
    'postgres://a.example.com/d?host=b.example.com&host=c.example.com',
    OFF,
    'key-duplicated host',
  ),
  host('postgres://a.example.com/d?host=&port=', OFF),
  host('postgres://a.example.com/d?port=7000', OFF),
  host('postgres:///d?host=/var/run/postgresql&sslmode=verify-full', 'unix'),
  host('postgres://u@localhost/d?host=/cloudsql/project:region:name', 'unix'),
  host({ host: '/var/run/postgresql', ssl: { ca: PEM } }, 'unix'),
  host('postgres://%2Fvar%2Frun%2Fpostgresql/d', 'unix'),
  host('postgres://u:p@%2Ftmp/d?host=/run', 'unix'),
  host('socket:/tmp?db=app&sslmode=verify-full', 'unix', 'key-unread sslmode'),
  host('socket:/tmp?db=app&ssl=true', 'unix'),
  host('/var/run/postgresql app', 'unix'),
  host('/var/run/postgresql', 'unix'),
  host('postgres:///d', OFF),
  host('postgres://u:p@/d', OFF),
  host({ connectionString: 'postgres:///d', host: 'db.example.com' }, OFF),
  host('postgres://h1:1,h2:2/d', OFF, 'unsupported host'),
  host('postgres://h1,h2/d', OFF, 'unsupported host'),
  host({ host: 'h1,h2' }, OFF, 'unsupported host'),
  host('host=db.example.com user=app password=secret sslmode=verify-full', OFF, MISREAD),
  host('db.example.com/d?sslmode=verify-full', FULL, MISREAD),
  host(' postgres://db.example.com/d?sslmode=verify-full', FULL, MISREAD),
  host('', OFF, MISREAD),
  host('db.example.com:5432/d?sslmode=verify-full', FULL, MISREAD),
  host('localhost:5432', OFF, MISREAD),
  host('u:p@db.example.com:5432/d', OFF, MISREAD),
  host('jdbc:postgresql://db.example.com/d', OFF, MISREAD),
  host('//u:p@db.example.com/d', 'unix', MISREAD),
  host('/var/run/postgresql?sslmode=verify-full', 'unix', MISREAD),
  host('https://db.example.com/d', OFF),
  host('postgresql+ssl://db.example.com/d', OFF),
  host('POSTGRES://DB.example.com/d', OFF),
  host('postgres://[::1]/d?sslmode=verify-full', FULL),
  host('postgres://[fe80::1%25eth0]/d', OFF, MISREAD),
  ...['127.1', '2130706433', '0x7f000001', 'db.example.com.'].map((name) =>
    host(`postgres://${name}/d`, OFF),
  ),
  host('postgres://d%62.example.com/d', OFF),
  host('postgres://b%C3%BCro.example.com/d', OFF, 'string-misread host'),
  host('postgres://u:pa?ss@db.example.com/d', OFF, MISREAD),
  host('postgres://u:pa/ss@db.example.com/d', OFF, MISREAD),
  host('postgres://u:pa#ss@db.example.com/d', OFF, MISREAD),
  host('postgres://u:12/ss@db.example.com/d', OFF, MISREAD),
  host('postgres://u:pa@ssw/ord@db.example.com/d', OFF, MISREAD),
  host('postgres://u:p@ss%@db.example.com/d', OFF),
  host('postgres://u:%E0%A4@db.example.com/d', OFF, MISREAD),
  host('postgres://u:p@db.example.com/a b', OFF),
  host({ connectionString: 5 }, OFF, 'value-fatal connectionString'),
]

/** Every row of the facts about node-postgres that is about configuration. */
export const PG_CASES: readonly PgCase[] = [
  ...URLS,
  SYSTEM,
  ...COMPAT,
  ...ENVIRONMENT,
  ...OBJECTS,
  ...HOSTS,
]

/** The configuration with `{dir}` filled in; a copy, because pg hides `ssl.key` on the object that it is given. */
export function withDirectory(config: PgCase['config'], dir: string): PgCase['config'] {
  if (typeof config === 'string') return config.replaceAll('{dir}', dir)
  const copy = copied(config) as typeof config
  const { connectionString, ssl } = copy
  if (typeof ssl === 'object' && ssl !== null) copy.ssl = copied(ssl)
  if (typeof connectionString === 'string') {
    copy.connectionString = connectionString.replaceAll('{dir}', dir)
  }
  return copy
}

const copied = (it: object): object =>
  Object.create(Object.getPrototypeOf(it), Object.getOwnPropertyDescriptors(it))
