import {
  type DriverName,
  type Env,
  type Plan,
  planKnex,
  planPg,
  planPostgres,
  planTypeOrm,
} from '@verify-full/core'
import {
  planAsyncpg,
  planJdbc,
  planLibpq,
  planMikroOrm,
  planPgx,
  planPrisma,
  planSequelize,
  planSlonik,
  type ServiceFiles,
} from '@verify-full/core/offline'

/** What is to be explained. */
export type Subject =
  | { readonly kind: 'string'; readonly text: string; readonly source: string }
  | {
      readonly kind: 'options'
      /** The library that these options are written for. */
      readonly driver: DriverName
      readonly options: Readonly<Record<string, unknown>>
      readonly source: string
    }

/** One row of the answer: somebody who reads connection strings, or options of a library. */
export interface Reader {
  readonly id: string
  readonly label: string
  readonly driver: DriverName
  /** Throws a ConnInfoError where the reader refuses the string. */
  read(text: string, env: Env, services?: ServiceFiles): readonly Plan[]
  /** Whether it never looks a service up, in the string or in PGSERVICE. */
  readonly ignoresServices?: true
  /** The same for an options object of this library. */
  readOptions?(options: Readonly<Record<string, unknown>>, env: Env): readonly Plan[]
  /** Which roots it takes where nothing names any. */
  readonly defaultRoots: string
}

const HOME_OR_FAIL = '~/.postgresql/root.crt, or it fails'
const NODE = "Node's"
const MAYBE_URL = (text: string) => (text === '' ? {} : { url: text })

/** One row per reader, in the order of the table. */
export const READERS: readonly Reader[] = [
  {
    id: 'libpq',
    label: 'libpq, psql',
    driver: 'libpq',
    read: (conninfo, env, services) => planLibpq({ conninfo }, env, services),
    defaultRoots: HOME_OR_FAIL,
  },
  ...(['pg8', 'pg9'] as const).map(
    (version): Reader => ({
      id: version.replace('pg', 'pg-'),
      label: version === 'pg8' ? 'pg 8' : 'pg 9 (announced)',
      driver: 'pg',
      read: (text, env) => planPg(text === '' ? {} : { connectionString: text }, env, version),
      readOptions: (options, env) => planPg(options, env, version),
      defaultRoots: NODE,
      ignoresServices: true,
    }),
  ),
  {
    id: 'knex',
    label: 'Knex (string)',
    driver: 'knex',
    read: (text, env) => planKnex({ client: 'pg', connection: text === '' ? {} : text }, env),
    readOptions: (options, env) => planKnex(options, env),
    defaultRoots: NODE,
    ignoresServices: true,
  },
  {
    id: 'knex-object',
    label: 'Knex (connectionString)',
    driver: 'knex',
    read: (text, env) =>
      planKnex({ client: 'pg', connection: text === '' ? {} : { connectionString: text } }, env),
    defaultRoots: NODE,
    ignoresServices: true,
  },
  {
    id: 'typeorm',
    label: 'TypeORM',
    driver: 'typeorm',
    read: (text, env) => planTypeOrm({ type: 'postgres', ...MAYBE_URL(text) }, env),
    readOptions: (options, env) => planTypeOrm(options, env),
    defaultRoots: NODE,
    ignoresServices: true,
  },
  {
    id: 'sequelize',
    label: 'Sequelize 6',
    driver: 'sequelize',
    read: (text, env) => planSequelize({ dialect: 'postgres', ...MAYBE_URL(text) }, env),
    readOptions: planSequelize,
    defaultRoots: NODE,
    ignoresServices: true,
  },
  {
    id: 'mikro-orm',
    label: 'MikroORM',
    driver: 'mikro-orm',
    read: (text, env) => planMikroOrm(text === '' ? {} : { clientUrl: text }, env),
    readOptions: planMikroOrm,
    defaultRoots: NODE,
    ignoresServices: true,
  },
  {
    id: 'slonik',
    label: 'Slonik',
    driver: 'slonik',
    read: planSlonik,
    readOptions: planSlonik,
    defaultRoots: NODE,
    ignoresServices: true,
  },
  {
    id: 'postgres',
    label: 'postgres.js',
    driver: 'postgres',
    read: (text, env) => planPostgres(text, undefined, env),
    readOptions: (options, env) => planPostgres(options, undefined, env),
    defaultRoots: NODE,
    ignoresServices: true,
  },
  {
    id: 'prisma-adapter',
    label: 'Prisma (adapter-pg)',
    driver: 'pg',
    read: (text, env) => planPg(text === '' ? {} : { connectionString: text }, env),
    defaultRoots: NODE,
    ignoresServices: true,
  },
  {
    id: 'prisma-engine',
    label: 'Prisma (engine, to 6)',
    driver: 'prisma',
    read: planPrisma,
    defaultRoots: "the system's",
    ignoresServices: true,
  },
  {
    id: 'jdbc',
    label: 'JDBC (pgjdbc)',
    driver: 'jdbc',
    read: (text, env) => planJdbc(asJdbc(text), env),
    defaultRoots: HOME_OR_FAIL,
  },
  {
    id: 'pgx',
    label: 'pgx (Go)',
    driver: 'pgx',
    read: planPgx,
    defaultRoots: "~/.postgresql/root.crt, else the system's",
  },
  {
    id: 'asyncpg',
    label: 'asyncpg (Python)',
    driver: 'asyncpg',
    read: (text, env) => planAsyncpg(text.replace(/^postgres(ql)?\+asyncpg:/, 'postgresql:'), env),
    defaultRoots: HOME_OR_FAIL,
  },
]

export const READER_IDS: readonly string[] = READERS.map(({ id }) => id)

/** The same parameters in the form that pgjdbc takes: user and password are properties of their own there. */
const asJdbc = (text: string): string =>
  text.replace(/^postgres(?:ql)?:\/\/(?:[^/?#@]*@)?/, 'jdbc:postgresql://')
