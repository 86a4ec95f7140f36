import { PEM } from './pg-cases.js'

/** DataSource options, and for each pool what core plans for it; the test runs TypeORM on them too. */
export interface TypeOrmCase {
  readonly name: string
  readonly options: Record<string, unknown>
  readonly env?: Readonly<Record<string, string>>
  /** One per pool: `[name:] <plan> <- <decided by>`, plan as `plaintext`, `unix`, `tls <verification> <roots>`. */
  readonly plans: readonly string[]
  /** `[name:] <kind> <origin key>`, in any order. */
  readonly remarks?: readonly string[]
  /** TypeORM itself throws, before it makes the pool. */
  readonly throws?: boolean
}

const CREDENTIALS = { host: 'db.example.com', username: 'app', password: 's3cret-pw' }
const URL = 'postgres://app:s3cret-pw@db.example.com:6432/app'
const FULL_URL = `${URL}?sslmode=verify-full&sslrootcert=system`
const CA = { ca: PEM }
const PINNED = 'tls full inline'

type Row = readonly [
  name: string,
  options: Record<string, unknown>,
  plan: string | readonly string[],
  ...remarks: string[],
]
const row =
  (type: string) =>
  ([name, options, plans, ...remarks]: Row): TypeOrmCase => ({
    name: `${type}: ${name}`,
    options: { type, ...options },
    plans: typeof plans === 'string' ? [plans] : plans,
    remarks,
  })

/** Both types read these alike. */
const COMMON: readonly Row[] = [
  ['nothing written', {}, 'plaintext <- ssl default'],
  ['ssl: { ca }', { ...CREDENTIALS, ssl: CA }, `${PINNED} <- ssl`],
  ['ssl: true', { ...CREDENTIALS, ssl: true }, 'tls full unset <- ssl'],
  ['ssl: false', { ...CREDENTIALS, ssl: false }, 'plaintext <- ssl'],
  ['ssl: null', { ...CREDENTIALS, ssl: null }, 'plaintext <- ssl'],
  [
    'rejectUnauthorized: false',
    { ...CREDENTIALS, ssl: { rejectUnauthorized: false } },
    'tls none unset <- ssl.rejectUnauthorized',
  ],
  ["ssl: 'require'", { ...CREDENTIALS, ssl: 'require' }, 'plaintext <- ssl', 'value-fatal ssl'],
  [
    'another servername',
    { ...CREDENTIALS, ssl: { ...CA, servername: 'evil.example.com' } },
    `${PINNED} <- ssl`,
    'identity-replaced ssl.servername',
  ],
  ['extra.ssl alone', { ...CREDENTIALS, extra: { ssl: CA } }, `tls full inline <- extra.ssl`],
  [
    'extra.ssl: false beside ssl',
    { ...CREDENTIALS, ssl: CA, extra: { ssl: false } },
    'plaintext <- extra.ssl',
    'key-unread ssl',
  ],
  [
    'extra.ssl unverified beside ssl',
    { ...CREDENTIALS, ssl: CA, extra: { ssl: { rejectUnauthorized: false } } },
    'tls none unset <- extra.ssl.rejectUnauthorized',
    'key-unread ssl',
  ],
  [
    'extra.ssl: true loses the CA of ssl',
    { ...CREDENTIALS, ssl: CA, extra: { ssl: true } },
    'tls full unset <- extra.ssl',
    'roots-widened ssl.ca',
  ],
  [
    'extra.ssl with a CA beside ssl',
    { ...CREDENTIALS, ssl: { rejectUnauthorized: false }, extra: { ssl: CA } },
    `${PINNED} <- extra.ssl`,
  ],
  [
    'extra.ssl: undefined takes ssl away',
    { ...CREDENTIALS, ssl: CA, extra: { ssl: undefined } },
    'plaintext <- ssl default',
    'key-unread ssl',
  ],
  ['extra without ssl', { ...CREDENTIALS, ssl: CA, extra: { max: 2 } }, `${PINNED} <- ssl`],
  [
    'extra.host and port',
    { ...CREDENTIALS, ssl: CA, extra: { host: 'other.example.com', port: 1 } },
    `${PINNED} <- ssl`,
  ],
  [
    'extra.connectionString',
    { ...CREDENTIALS, ssl: CA, extra: { connectionString: `${URL}?sslmode=disable` } },
    'plaintext <- sslmode',
  ],
  [
    'sslmode as an option',
    { ...CREDENTIALS, sslmode: 'verify-full' },
    'plaintext <- ssl default',
    'key-unread sslmode',
  ],
  [
    'ca as an option',
    { ...CREDENTIALS, ssl: true, ca: PEM },
    'tls full unset <- ssl',
    'roots-widened ca',
  ],
  [
    'connectionString as an option',
    { ...CREDENTIALS, connectionString: FULL_URL },
    'plaintext <- ssl default',
    'key-unread connectionString',
  ],
  [
    'sslcrl as an option',
    { ...CREDENTIALS, ssl: CA, sslcrl: '/root.crl' },
    `${PINNED} <- ssl`,
    'key-unread sslcrl',
  ],
  [
    'sslmode in extra',
    { ...CREDENTIALS, ssl: CA, extra: { sslmode: 'verify-full' } },
    `${PINNED} <- ssl`,
    'key-unread extra.sslmode',
  ],
  [
    'dead key in ssl',
    { ...CREDENTIALS, ssl: { ...CA, sslmode: 'verify-full' } },
    `${PINNED} <- ssl`,
    'key-unread ssl.sslmode',
  ],
  [
    'dead key in extra.ssl',
    { ...CREDENTIALS, extra: { ssl: { ...CA, sslmode: 'verify-full' } } },
    `${PINNED} <- extra.ssl`,
    'key-unread extra.ssl.sslmode',
  ],
  [
    'replication, each with ssl',
    {
      replication: {
        master: { ...CREDENTIALS, ssl: CA },
        slaves: [
          { ...CREDENTIALS, host: 'r0.example.com', ssl: CA },
          { ...CREDENTIALS, host: 'r1.example.com', port: 6432, ssl: CA },
        ],
      },
    },
    [
      `replication.master: ${PINNED} <- replication.master.ssl`,
      `replication.slaves[0]: ${PINNED} <- replication.slaves[0].ssl`,
      `replication.slaves[1]: ${PINNED} <- replication.slaves[1].ssl`,
    ],
  ],
  [
    'replication, ssl at the top only',
    { ssl: CA, replication: { master: CREDENTIALS, slaves: [{ ...CREDENTIALS, host: 'r0' }] } },
    [
      'replication.master: plaintext <- ssl default',
      'replication.slaves[0]: plaintext <- ssl default',
    ],
    'replication.master: key-unread ssl',
    'replication.slaves[0]: key-unread ssl',
  ],
  [
    'replication, one slave without ssl',
    {
      ssl: CA,
      replication: {
        master: { ...CREDENTIALS, ssl: CA },
        slaves: [
          { ...CREDENTIALS, ssl: CA },
          { ...CREDENTIALS, host: 'r1.example.com' },
        ],
      },
    },
    [
      `replication.master: ${PINNED} <- replication.master.ssl`,
      `replication.slaves[0]: ${PINNED} <- replication.slaves[0].ssl`,
      'replication.slaves[1]: plaintext <- ssl default',
    ],
    'replication.slaves[1]: key-unread ssl',
  ],
  [
    'replication, the CA at the top only',
    { ssl: CA, replication: { master: { ...CREDENTIALS, ssl: true }, slaves: [] } },
    ['replication.master: tls full unset <- replication.master.ssl'],
    'replication.master: roots-widened ssl.ca',
  ],
  [
    'replication, extra.ssl reaches all and beats slave.ssl: false',
    {
      extra: { ssl: CA },
      replication: {
        master: CREDENTIALS,
        slaves: [{ ...CREDENTIALS, ssl: false }],
      },
    },
    [`replication.master: ${PINNED} <- extra.ssl`, `replication.slaves[0]: ${PINNED} <- extra.ssl`],
  ],
  [
    'replication, dead key in a slave',
    {
      replication: {
        master: { ...CREDENTIALS, ssl: CA },
        slaves: [{ ...CREDENTIALS, ssl: CA, sslmode: 'verify-full' }],
      },
    },
    [
      `replication.master: ${PINNED} <- replication.master.ssl`,
      `replication.slaves[0]: ${PINNED} <- replication.slaves[0].ssl`,
    ],
    'replication.slaves[0]: key-unread replication.slaves[0].sslmode',
  ],
]

const POSTGRES: readonly Row[] = [
  ['url without a query', { url: URL }, 'plaintext <- ssl default'],
  ['url and ssl', { url: URL, ssl: CA }, `${PINNED} <- ssl`],
  ['url?sslmode=verify-full', { url: FULL_URL }, 'tls full system <- sslmode'],
  [
    'url?sslmode=disable beats ssl',
    { url: `${URL}?sslmode=disable`, ssl: CA },
    'plaintext <- sslmode',
  ],
  [
    'url?sslmode=no-verify beats ssl',
    { url: `${URL}?sslmode=no-verify`, ssl: CA },
    'tls none inline <- sslmode',
    'value-unknown sslmode',
  ],
  [
    'url?sslmode=verify-full keeps the CA of ssl (honoured)',
    { url: `${URL}?sslmode=verify-full`, ssl: CA },
    `${PINNED} <- sslmode`,
  ],
  [
    'url beats extra.ssl',
    { url: `${URL}?sslmode=disable`, extra: { ssl: CA } },
    'plaintext <- sslmode',
  ],
  [
    'extra.connectionString beats url',
    { url: FULL_URL, extra: { connectionString: URL } },
    'plaintext <- ssl default',
    'key-unread url',
  ],
  [
    'url hides host',
    { ...CREDENTIALS, url: URL, host: 'x.example.com', ssl: CA },
    `${PINNED} <- ssl`,
  ],
  [
    'SSLMODE in the url',
    { url: `${URL}?SSLMODE=verify-full` },
    'plaintext <- ssl default',
    'key-unknown SSLMODE',
  ],
  [
    'a keyword DSN as url',
    { url: 'host=db.example.com sslmode=verify-full' },
    'plaintext <- ssl default',
    'string-misread url',
  ],
  ['a socket directory', { host: '/var/run/postgresql' }, 'unix <- ssl default'],
  [
    'replication by url',
    {
      replication: {
        master: { url: FULL_URL },
        slaves: [{ url: `${URL}?sslmode=require` }, { url: URL }],
      },
    },
    [
      'replication.master: tls full system <- sslmode',
      'replication.slaves[0]: tls full unset <- sslmode',
      'replication.slaves[1]: plaintext <- ssl default',
    ],
  ],
  [
    'replication, url at the top only',
    { url: FULL_URL, replication: { master: CREDENTIALS, slaves: [] } },
    ['replication.master: plaintext <- ssl default'],
    'replication.master: key-unread url',
  ],
]

const COCKROACH: readonly Row[] = [
  [
    'the query of the url is dropped',
    { url: FULL_URL },
    'plaintext <- ssl default',
    'key-unread sslmode',
    'key-unread sslrootcert',
  ],
  [
    'ssl beside a url with sslmode=disable',
    { url: `${URL}?sslmode=disable`, ssl: CA },
    `${PINNED} <- ssl`,
    'key-unread sslmode',
  ],
  ['url and ssl', { url: URL, ssl: CA }, `${PINNED} <- ssl`],
  [
    'url without port',
    { url: 'postgres://app:pw@db.example.com/app', port: 26257, ssl: CA },
    `${PINNED} <- ssl`,
  ],
  [
    'url without credentials',
    { url: 'postgres://db.example.com:26257', ssl: CA },
    `${PINNED} <- ssl`,
  ],
  [
    'an @ in the password',
    { url: 'postgres://app:p@w@db.example.com:1/app', ssl: CA },
    `${PINNED} <- ssl`,
  ],
  ['an empty host', { url: 'postgres:///app', ssl: CA }, `${PINNED} <- ssl`],
  ['a port that is none', { url: 'postgres://db.example.com:x/app', ssl: CA }, `${PINNED} <- ssl`],
  [
    'a / in the password',
    { url: 'postgres://app:p/w@db.example.com/app', ssl: CA },
    `${PINNED} <- ssl`,
    'string-misread url',
  ],
  [
    'a misspelt parameter, and one that is free text',
    { url: `${URL}?SSLMODE=verify-full&ssl_pw_x=1`, ssl: CA },
    `${PINNED} <- ssl`,
    'key-unread SSLMODE',
  ],
  [
    'replication by url',
    { replication: { master: { url: FULL_URL, ssl: CA }, slaves: [{ url: FULL_URL }] } },
    [
      `replication.master: ${PINNED} <- replication.master.ssl`,
      'replication.slaves[0]: plaintext <- ssl default',
    ],
    'replication.master: key-unread sslmode',
    'replication.master: key-unread sslrootcert',
    'replication.slaves[0]: key-unread sslmode',
    'replication.slaves[0]: key-unread sslrootcert',
  ],
]

const ENVIRONMENT: readonly TypeOrmCase[] = [
  {
    name: 'PGSSLMODE',
    options: { type: 'postgres', ...CREDENTIALS },
    env: { PGSSLMODE: 'verify-full', PGSSLROOTCERT: 'system' },
    plans: ['tls full system <- PGSSLMODE'],
  },
  {
    name: 'PGSSLMODE=disable does not reach ssl',
    options: { type: 'postgres', ...CREDENTIALS, ssl: CA },
    env: { PGSSLMODE: 'disable' },
    plans: [`${PINNED} <- ssl`],
  },
  {
    name: 'PGHOST and PGPORT',
    options: { type: 'cockroachdb', ssl: CA },
    env: { PGHOST: 'env.example.com', PGPORT: '26257' },
    plans: [`${PINNED} <- ssl`],
  },
]

/** TypeORM's own parser throws where pg's would not. */
const FATAL: readonly TypeOrmCase[] = ['postgres', 'cockroachdb'].map((type) => ({
  name: `${type}: a lone % in the password`,
  options: { type, url: 'postgres://app:100%@db.example.com/app', ssl: CA },
  plans: [`${PINNED} <- ssl`],
  remarks: ['value-fatal url'],
  throws: true,
}))

export const TYPEORM_CASES: readonly TypeOrmCase[] = [
  ...COMMON.map(row('postgres')),
  ...COMMON.map(row('cockroachdb')),
  ...POSTGRES.map(row('postgres')),
  ...COCKROACH.map(row('cockroachdb')),
  ...ENVIRONMENT,
  ...FATAL,
]
