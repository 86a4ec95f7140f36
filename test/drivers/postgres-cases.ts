import { PEM } from './pg-cases.js'

/** What `postgres()` is given, what core plans for it, and (by running postgres.js) what that makes of it. */
export interface PostgresCase {
  readonly name: string
  readonly target?: unknown
  readonly options?: Record<string, unknown>
  readonly env?: Readonly<Record<string, string>>
  /** `plaintext`, `unix`, or `tls <verification> <roots>`; with ` + ` where another is tried next. */
  readonly plan: string
  /** `<kind> <origin key>`, in any order. */
  readonly remarks?: readonly string[]
  /** `host:port` of each plan where they matter. */
  readonly endpoints?: readonly string[]
}

const URL_ = 'postgres://app:s3cret-pw@db.example.com:6432/app'
const OPTIONS = { host: 'db.example.com', user: 'app', password: 's3cret-pw' }
const FULL = 'tls full unset'
const NONE = 'tls none unset'
const OFF = 'plaintext'
const INLINE = 'tls full inline'
const MISREAD = 'string-misread connectionString'

const query = ([text, plan, ...remarks]: readonly [string, string, ...string[]]): PostgresCase => ({
  name: `query ${text}`,
  target: `${URL_}?${text}`,
  plan,
  remarks,
})

const URLS: readonly PostgresCase[] = (
  [
    ['', OFF],
    ['sslmode=disable', OFF],
    ['sslmode=false', OFF],
    ['sslmode=allow', NONE],
    ['sslmode=prefer', `${NONE} + plaintext`],
    ['sslmode=require', NONE],
    ['sslmode=verify-ca', FULL],
    ['sslmode=verify-full', FULL],
    ['sslmode=no-verify', FULL, 'value-unknown sslmode'],
    ['sslmode=Require', FULL, 'value-unknown sslmode'],
    ['sslmode=DISABLE', FULL, 'value-unknown sslmode'],
    ['sslmode=bogus', FULL, 'value-unknown sslmode'],
    ['sslmode=', OFF],
    ['ssl=true', FULL],
    ['ssl=1', FULL, 'value-unknown ssl'],
    ['ssl=0', FULL, 'value-unknown ssl'],
    ['ssl=', OFF, 'value-unknown ssl'],
    ['ssl=false', OFF],
    ['ssl=disable', OFF],
    ['ssl=require', NONE],
    ['ssl=prefer', `${NONE} + plaintext`],
    ['ssl=verify-full', FULL],
    ['ssl=verify-full&sslmode=disable', OFF],
    ['sslmode=verify-full&ssl=require', FULL],
    ['sslmode=&ssl=true', FULL],
    ['sslmode=verify-full&sslmode=require', NONE, 'key-duplicated sslmode'],
    ['SSLMODE=verify-full', OFF, 'key-unknown SSLMODE'],
    ['ssl_mode=verify-full', OFF, 'key-unknown ssl_mode'],
    ['tls=true', OFF, 'key-unknown tls'],
    ['sslaccept=strict', OFF, 'key-unknown sslaccept'],
    ['sslrootcert=system', 'tls full system'],
    ['sslmode=verify-full&sslrootcert=system', 'tls full system'],
    ['sslmode=require&sslrootcert=system', 'tls full system'],
    ['sslrootcert=/etc/root.crt', OFF],
    ['sslmode=verify-full&sslrootcert=/etc/root.crt', 'tls full file'],
    ['sslmode=require&sslrootcert=/etc/root.crt', 'tls none file'],
    ['sslmode=verify-full&sslcert=/c&sslkey=/k', FULL, 'key-unread sslcert', 'key-unread sslkey'],
    ['sslmode=verify-full&sslcrl=/c', FULL, 'key-unread sslcrl'],
    ['sslmode=verify-full&uselibpqcompat=true', FULL, 'key-unread uselibpqcompat'],
    ['sslmode=verify-full&channel_binding=require', FULL, 'key-unread channel_binding'],
    ['sslmode=verify-full&channel_binding=prefer', FULL],
    ['sslmode=verify-full&service=prod', FULL, 'unsupported service'],
    ['sslmode=verify-full&hostaddr=192.0.2.7', FULL],
    ['sslmode=verify-full&hostaddr=elsewhere', FULL, 'value-unknown hostaddr'],
    ['sslmode=verify-full&host=evil.example.com', FULL, 'key-unread host'],
    ['sslmode=verify-full&sslnegotiation=direct', FULL],
    ['sslmode=prefer&sslnegotiation=direct', NONE],
    ['sslnegotiation=direct', OFF],
    ['sslmode=verify-full&sslnegotiation=bogus', FULL],
    ['application_name=x;sslmode=verify-full', OFF, 'separator-broken sslmode'],
    ['application_name=x&amp;sslmode=verify-full', OFF, 'separator-broken sslmode'],
    ['?sslmode=verify-full', OFF, 'separator-broken sslmode'],
    ['sslmode=verify-full&max=3&idle_timeout=5', FULL],
  ] as const
).map(query)

const option = (
  options: Record<string, unknown>,
  plan: string,
  ...remarks: string[]
): PostgresCase => ({
  name: `options ${JSON.stringify(options).slice(0, 80)} ${Object.keys(options).join()}`,
  options: { ...OPTIONS, ...options },
  plan,
  remarks,
})
const beside = (
  text: string,
  options: Record<string, unknown>,
  plan: string,
  ...remarks: string[]
): PostgresCase => ({
  name: `${text || 'a URL'} beside ${JSON.stringify(options).slice(0, 60)} ${Object.keys(options).join()}`,
  target: `${URL_}?${text}`,
  options,
  plan,
  remarks,
})

const OBJECTS: readonly PostgresCase[] = [
  option({}, OFF),
  option({ ssl: true }, FULL),
  option({ ssl: false }, OFF),
  option({ ssl: undefined }, OFF),
  option({ ssl: null }, OFF),
  option({ ssl: 0 }, OFF),
  option({ ssl: 1 }, FULL),
  option({ ssl: '' }, OFF),
  option({ ssl: 'require' }, NONE),
  option({ ssl: 'allow' }, NONE),
  option({ ssl: 'prefer' }, `${NONE} + plaintext`),
  option({ ssl: 'verify-ca' }, FULL),
  option({ ssl: 'verify-full' }, FULL),
  option({ ssl: 'disable' }, FULL),
  option({ ssl: 'true' }, FULL),
  option({ ssl: 'no-verify' }, FULL, 'value-unknown ssl'),
  option({ ssl: () => undefined }, FULL),
  option({ ssl: {} }, FULL),
  option({ ssl: { ca: PEM } }, INLINE),
  option({ ssl: { ca: '' } }, FULL, 'roots-widened ssl.ca'),
  option({ ssl: { ca: '/etc/root.crt' } }, INLINE, 'roots-unusable ssl.ca'),
  option({ ssl: { rejectUnauthorized: false } }, NONE),
  option({ ssl: { ca: PEM, rejectUnauthorized: false } }, 'tls none inline'),
  option({ ssl: { rejectUnauthorized: true } }, FULL),
  option({ ssl: { checkServerIdentity() {} } }, FULL, 'identity-replaced ssl.checkServerIdentity'),
  option({ ssl: { servername: 'other.example.com' } }, FULL, 'identity-replaced ssl.servername'),
  option({ ssl: { servername: 'db.example.com' } }, FULL),
  option({ ssl: { secureContext: {} } }, FULL, 'tls-delegated ssl.secureContext'),
  option({ ssl: { sslmode: 'verify-full' } }, FULL, 'key-unread ssl.sslmode'),
  option({ ssl: { minVersion: 'TLSv1' } }, FULL, 'tls-version ssl.minVersion'),
  option({ sslmode: 'verify-full' }, OFF, 'key-unread sslmode'),
  option({ sslrootcert: '/root.crt', ssl: true }, FULL, 'roots-widened sslrootcert'),
  option({ connectionString: URL_ }, OFF, 'key-unread connectionString'),
  option({ url: URL_ }, OFF, 'key-unknown url'),
  option({ socket: () => undefined, ssl: true }, FULL, 'unobservable socket'),
  option({ connection: { sslmode: 'verify-full' } }, OFF, 'key-unread connection.sslmode'),
  option({ ssl: true, sslnegotiation: 'direct' }, FULL),
  option({ ssl: true, hostaddr: '192.0.2.7' }, FULL),
  beside('sslmode=verify-full', { ssl: undefined }, OFF),
  beside('sslmode=verify-full', { ssl: false }, OFF),
  beside('sslmode=verify-full', { ssl: { ca: PEM } }, INLINE),
  beside('sslmode=disable', { ssl: { ca: PEM } }, INLINE),
  beside('sslmode=require', { ssl: { ca: PEM } }, INLINE),
  beside('sslmode=verify-full', { ssl: 'require' }, NONE),
  beside('sslmode=verify-full&sslrootcert=/etc/root.crt', { ssl: { ca: PEM } }, INLINE),
  beside('sslrootcert=system', { ssl: true }, 'tls full system'),
  beside('', { ssl: { ca: PEM }, host: 'other.example.com' }, INLINE),
  {
    name: 'a URL object: its query is not read',
    target: new URL(`${URL_}?sslmode=verify-full`),
    plan: OFF,
    remarks: ['key-unread sslmode'],
    endpoints: ['db.example.com:6432'],
  },
]

const env = (
  variables: Readonly<Record<string, string>>,
  plan: string,
  remarks: readonly string[] = [],
  given: Pick<PostgresCase, 'target' | 'options'> = { options: OPTIONS },
): PostgresCase => ({
  name: `env ${JSON.stringify(variables)} ${JSON.stringify(given).slice(0, 90)}`,
  env: variables,
  plan,
  remarks,
  ...given,
})

const ENVIRONMENT: readonly PostgresCase[] = [
  env({ PGSSLMODE: 'verify-full' }, OFF, ['key-unread PGSSLMODE']),
  env({ PGSERVICE: 'production' }, FULL, ['key-unread PGSERVICE'], { options: { ssl: true } }),
  env({ PGSERVICE: 'production' }, FULL, [], { options: { ...OPTIONS, ssl: true } }),
  env({ PGSSLMODE: 'disable' }, FULL, [], { options: { ...OPTIONS, ssl: true } }),
  env({ PGSSLMODE: 'verify-full' }, NONE, ['key-unread PGSSLMODE'], {
    options: { ...OPTIONS, ssl: 'require' },
  }),
  env({ PGSSL: 'verify-full' }, FULL),
  env({ PGSSL: 'true' }, FULL),
  env({ PGSSL: 'require' }, NONE),
  env({ PGSSL: 'prefer' }, `${NONE} + plaintext`),
  env({ PGSSL: 'false' }, FULL, ['value-unknown PGSSL']),
  env({ PGSSL: 'disable' }, FULL),
  env({ PGSSL: '' }, OFF),
  env({ PGSSL: 'verify-full' }, OFF, [], { target: `${URL_}?sslmode=disable` }),
  env({ PGSSL: 'verify-full', PGSSLNEGOTIATION: 'direct' }, FULL),
  env({ PGSSL: 'verify-full', PGSSLROOTCERT: '/etc/root.crt' }, 'tls full file'),
  env({ PGSSL: 'verify-full', PGSSLROOTCERT: 'system' }, 'tls full system'),
  env({ PGSSLROOTCERT: '/etc/root.crt' }, INLINE, [], {
    options: { ...OPTIONS, ssl: { ca: PEM } },
  }),
  env({ PGSSL: 'true', PGSSLCERT: '/c', PGSSLKEY: '/k' }, FULL, [
    'key-unread PGSSLCERT',
    'key-unread PGSSLKEY',
  ]),
  env({ PGSSL: 'true', PGCHANNELBINDING: 'require' }, FULL, ['key-unread PGCHANNELBINDING']),
  env({ PGHOST: 'db2.example.com', PGPORT: '6000' }, OFF, [], {}),
  env({ PGHOST: '/var/run/postgresql' }, 'unix', [], {}),
  env({ PGHOSTADDR: '192.0.2.7' }, OFF, ['key-unread PGHOSTADDR'], {}),
  env({ NODE_TLS_REJECT_UNAUTHORIZED: '0' }, FULL, ['ambient NODE_TLS_REJECT_UNAUTHORIZED'], {
    options: { ...OPTIONS, ssl: true },
  }),
]

const host = (
  target: unknown,
  plan: string,
  endpoints: readonly string[],
  ...remarks: string[]
): PostgresCase => ({
  name: `host ${typeof target === 'string' ? target : JSON.stringify(target)}`,
  ...(typeof target === 'object' ? { options: target as Record<string, unknown> } : { target }),
  plan,
  endpoints,
  remarks,
})
const UNREADABLE = '(unreadable host)'

const HOSTS: readonly PostgresCase[] = [
  host('postgres://db.example.com/d', OFF, ['db.example.com:5432']),
  host('postgres:///d', OFF, ['localhost:5432']),
  host('postgres://a,b/d', OFF, ['a:5432', 'b:5432']),
  host('postgres://u:p@a:1,b:2/d?sslmode=verify-full', FULL, ['a:1', 'b:2']),
  host({ host: 'a:1,b', port: 7000, ssl: { ca: PEM } }, INLINE, ['a:1', 'b:7000']),
  host({ host: ['a', 'b'], port: [1, 2] }, OFF, ['a:1', 'b:2']),
  host({ host: ['a', 'b'], port: [1] }, OFF, ['a:1'], 'string-misread host'),
  host({ host: ['a'], port: [1, 2] }, OFF, ['a:1', `${UNREADABLE}:2`], 'string-misread host'),
  host({ host: ['a', 'b'], port: 5432 }, OFF, [`${UNREADABLE}:NaN`], 'value-fatal host'),
  host({ host: 5 }, OFF, [`${UNREADABLE}:NaN`], 'value-fatal host'),
  host({ hostname: 'a', host: 'b' }, OFF, ['a:5432']),
  host({ host: '::1' }, OFF, [`${UNREADABLE}:5432`], 'string-misread host'),
  host({ host: ['2001:db8::7'], port: [5432], ssl: true }, FULL, ['2001:db8::7:5432']),
  host('postgres://[::1]:5432/d', OFF, [`${UNREADABLE}:5432`], 'string-misread host'),
  host({ host: '127.0.0.1', ssl: true }, FULL, ['127.0.0.1:5432']),
  host({ host: '127.0.0.1', ssl: { host: '127.0.0.1' } }, FULL, ['127.0.0.1:5432']),
  host({ host: 'a', port: 70000 }, OFF, ['a:70000'], 'value-fatal port'),
  host({ host: 'a', port: 'x' }, OFF, ['a:NaN'], 'value-fatal port'),
  host({ host: '/var/run/postgresql', ssl: { ca: PEM } }, 'unix', [
    '/var/run/postgresql/.s.PGSQL.5432',
  ]),
  host({ path: '/tmp/.s.PGSQL.1' }, 'unix', ['/tmp/.s.PGSQL.1']),
  host('postgres:///d?host=/tmp', OFF, ['localhost:5432'], 'key-unread host'),
  host('postgres://%2Ftmp/d', OFF, [`${UNREADABLE}:5432`], 'string-misread host'),
  host('host=db.example.com sslmode=verify-full', OFF, [`${UNREADABLE}:NaN`], MISREAD),
  host('db.example.com/d', OFF, [`${UNREADABLE}:NaN`], MISREAD),
  host('postgres://u:pa/ss@db.example.com/d', OFF, [`${UNREADABLE}:NaN`], MISREAD),
  host('postgres://u:12/ss@db.example.com/d', OFF, [`${UNREADABLE}:12`], MISREAD),
  host(
    'postgres://u:p@ss,w@db.example.com/d',
    OFF,
    [`${UNREADABLE}:5432`, `${UNREADABLE}:5432`],
    'string-misread host',
  ),
  host('postgres://u:%E0%A4@db.example.com/d', OFF, [`${UNREADABLE}:NaN`], MISREAD),
  host('', OFF, ['localhost:5432']),
]

/** Every row of the facts about postgres.js that is about configuration. */
export const POSTGRES_CASES: readonly PostgresCase[] = [
  ...URLS,
  ...OBJECTS,
  ...ENVIRONMENT,
  ...HOSTS,
]
