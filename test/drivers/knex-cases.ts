import type { PgCase } from './pg-cases.js'

/** One `connection` of a Knex configuration, and what Knex makes of it. */
export interface KnexCase {
  readonly name: string
  readonly connection: PgCase['config']
  readonly client?: string
  readonly env?: Readonly<Record<string, string>>
}

/** The same with what core plans for it; `plan` and `remarks` as in {@link PgCase}. */
export interface PlannedKnexCase extends KnexCase {
  readonly plan: string
  readonly remarks?: readonly string[]
}

const HOST = 'app:s3cret-pw@db.example.com:6432/app'
const OPTIONS = { host: 'db.example.com', user: 'app', password: 's3cret-pw' }
const PARSED = { ...OPTIONS, port: '6432', database: 'app' }
const CA = '-----BEGIN CERTIFICATE-----\nMIIBAAAA\n-----END CERTIFICATE-----\n'
const FULL = 'tls full unset'
const NONE = 'tls none unset'
const OFF = 'plaintext'
const MISREAD = 'string-misread connectionString'

type Row = readonly [connection: PgCase['config'], plan: string, ...remarks: string[]]
const row = ([connection, plan, ...remarks]: Row): PlannedKnexCase => {
  const text = typeof connection === 'string' ? connection : JSON.stringify(connection)
  const scheme = /^(pg|cockroachdb|redshift):/.exec(text)?.[1]
  return { name: text, connection, plan, remarks, ...(scheme ? { client: scheme } : {}) }
}

/** Where Knex differs from pg: facts about libraries, section 4, "Parse". */
export const KNEX_CASES: readonly PlannedKnexCase[] = (
  [
    // Two of all schemes go to a parser that gives the query a meaning.
    [`postgres://${HOST}?sslmode=verify-full`, FULL],
    [`postgresql://${HOST}?sslmode=verify-full`, FULL],
    [`POSTGRES://${HOST}?sslmode=verify-full`, FULL],
    [`postgres://${HOST}?sslmode=verify-full&sslrootcert={dir}/root.crt`, 'tls full file'],
    [`pg://${HOST}?sslmode=verify-full`, OFF, MISREAD, 'key-unread sslmode'],
    [`cockroachdb://${HOST}?sslmode=verify-full`, OFF, MISREAD, 'key-unread sslmode'],
    [`redshift://${HOST}?sslmode=verify-full`, OFF, MISREAD, 'key-unread sslmode'],
    [
      `cockroachdb://${HOST}?sslmode=verify-full&sslrootcert={dir}/root.crt`,
      OFF,
      MISREAD,
      'key-unread sslmode',
      'roots-widened sslrootcert',
    ],
    [`pg://${HOST}`, OFF],
    [`pg://${HOST}?ssl=true`, FULL],
    [`pg://${HOST}?ssl=1`, OFF, 'value-fatal ssl'],
    [`pg://${HOST}?ssl=false`, OFF, 'value-fatal ssl'],
    [`pg://${HOST}?ssl=no-verify`, NONE],
    [`pg://${HOST}?ssl=true&sslmode=disable`, FULL, MISREAD, 'key-unread sslmode'],
    ['pg://u:pa/ss@db.example.com/app?sslmode=verify-full', OFF, MISREAD],
    ['pg://u:12/ss@db.example.com/app', OFF, MISREAD],
    [`pg://u:%E0%A4@db.example.com/app`, OFF],
    ['pg://db.example.com?host=other.example.com&port=7000&ssl=true', FULL],
    // What is no URL is the file of an SQLite database: pg then dials its defaults.
    ['postgres://u:p@/d?sslmode=verify-full', OFF, MISREAD],
    ['host=db.example.com sslmode=verify-full', OFF, MISREAD],
    ['/var/run/postgresql app', OFF, MISREAD],
    // Two parsers, two meanings.
    [`postgres://${HOST}?sslmode=require&uselibpqcompat=true`, FULL, 'key-unread uselibpqcompat'],
    [{ connectionString: `postgres://${HOST}?sslmode=require&uselibpqcompat=true` }, NONE],
    [
      `postgres://${HOST}?sslmode=no-verify&uselibpqcompat=true`,
      NONE,
      'value-unknown sslmode',
      'key-unread uselibpqcompat',
    ],
    [`postgres://${HOST}?sslnegotiation=direct`, OFF, 'value-fatal sslnegotiation'],
    [{ connectionString: `postgres://${HOST}?sslnegotiation=direct` }, FULL],
    ['postgres://[::1]/d?sslmode=verify-full', FULL, 'string-misread host'],
    [{ connectionString: `postgres://${HOST}?sslmode=verify-full` }, FULL],
    [{ connectionString: `cockroachdb://${HOST}?sslmode=verify-full` }, FULL],
    // Fields of an object that mean nothing.
    [{ ...OPTIONS, sslmode: 'verify-full' }, OFF, 'key-unread connection.sslmode'],
    [
      { ...OPTIONS, sslmode: 'verify-full', sslrootcert: '{dir}/root.crt' },
      OFF,
      'key-unread connection.sslmode',
      'roots-widened connection.sslrootcert',
    ],
    [{ ...OPTIONS, sslmode: 'verify-full', ssl: true }, FULL, 'key-unread connection.sslmode'],
    [{ ...OPTIONS, ssl: true }, FULL],
    [{ ...OPTIONS, ssl: 'require' }, OFF, 'value-fatal connection.ssl'],
    [{ ...OPTIONS, ssl: { rejectUnauthorized: false } }, NONE],
    [{ ...OPTIONS, ssl: { require: true } }, FULL, 'key-unread connection.ssl.require'],
    [
      {
        ...OPTIONS,
        ssl: { ca: '-----BEGIN CERTIFICATE-----\nMIIBAAAA\n-----END CERTIFICATE-----' },
      },
      'tls full inline',
    ],
    // To the letter what Knex's parser leaves behind.
    [{ ...PARSED, sslmode: 'verify-full', ssl: {} }, FULL],
    [{ ...PARSED, sslmode: 'disable', ssl: false }, OFF],
    [{ ...PARSED, sslmode: 'bogus', ssl: {} }, FULL, 'value-unknown sslmode'],
    [
      { ...PARSED, sslmode: 'no-verify', ssl: { rejectUnauthorized: false } },
      NONE,
      'value-unknown sslmode',
    ],
    [{ ...PARSED, sslmode: 'no-verify', ssl: {} }, FULL, 'key-unread connection.sslmode'],
    [
      { ...PARSED, port: 5432, sslmode: 'verify-full', ssl: {} },
      FULL,
      'key-unread connection.sslmode',
    ],
    [
      { ...PARSED, sslmode: 'verify-full', ssl: { ca: CA } },
      'tls full inline',
      'key-unread connection.sslmode',
    ],
  ] as const satisfies readonly Row[]
).map(row)
