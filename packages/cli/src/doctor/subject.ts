import { text as readAll } from 'node:stream/consumers'
import { ConnInfoError, type Endpoint, type Plan, planPg } from '@verify-full/core'
import { parseConnInfo, planLibpq } from '@verify-full/core/offline'
import type { Io } from '../command.js'
import type { DoctorOptions } from '../doctor.js'

type Env = Io['env']

/** One host of what is examined. Holds the password until the session; never shown, never stored. */
export interface Subject {
  readonly plan: Plan & { readonly endpoint: Extract<Endpoint, { kind: 'tcp' }> }
  /** A setting of the string, else of its PG* variable. */
  get(keyword: string): string | undefined
}

/** Finds what the command line names: a string, a variable's, standard input's, or the PG* variables. */
export async function findText(
  text: string | undefined,
  { env }: DoctorOptions,
  io: Io,
): Promise<string> {
  if (text !== undefined && env !== undefined) throw new Error('give a string or --env, not both')
  if (text === '-') return (await readAll(io.stdin)).trim()
  if (text !== undefined) return text
  if (env === true) return ''
  if (env === undefined) {
    throw new Error("examine what? Try: verify-full doctor 'postgres://...', or --env")
  }
  // Never repeats it where it is no name: it is most likely a connection string.
  if (!/^\w+$/.test(env)) throw new Error('--env takes the name of a variable')
  const value = io.env[env]
  if (!value) throw new Error(`the variable ${env} is not set`)
  return value
}

/**
 * Reads the string as its driver does: pg for a URL with one host and for the PG* variables, libpq for
 * keywords and lists of hosts.
 *
 * @throws ConnInfoError where neither can read it; Error where there is no TCP host to examine.
 */
export function readSubjects(text: string, env: Env): readonly [Subject, ...Subject[]] {
  const isUrl = /^postgres(?:ql)?:\/\//i.test(text)
  const settings = readSettings(text, isUrl)
  const get = (keyword: string): string | undefined =>
    settings.get(keyword) || env[VARIABLES[keyword] ?? ''] || undefined
  if (get('service') !== undefined) {
    throw new Error(
      'service files are not read here: write host=, dbname=, sslmode= and sslrootcert=',
    )
  }
  const several = get('host')?.includes(',') ?? false
  const plans =
    (isUrl || text === '') && !several
      ? planPg({ ...(isUrl ? { connectionString: text } : {}) }, env)
      : planLibpq({ conninfo: text }, env)
  const subjects = plans.map((plan): Subject => {
    const { endpoint } = plan
    if (endpoint.kind === 'unix') {
      throw new Error(`${endpoint.path} is a unix socket: it has no TLS to examine`)
    }
    // What is no host may be a piece of a password: it is neither resolved nor shown.
    if (!/^[\w.:%-]+$/.test(endpoint.host)) throw new Error(UNREADABLE)
    return { plan: { ...plan, endpoint }, get }
  })
  const [first, ...rest] = subjects
  if (!first) throw new Error(UNREADABLE)
  return [first, ...rest]
}

const UNREADABLE =
  'the connection string names no host that can be dialled: special characters in user and password ' +
  'are percent-encoded (@ is %40); verify-full explain shows how each driver reads it'

/** pg takes URLs that libpq refuses (its own parameters); what they share is read from the URL itself. */
function readSettings(text: string, isUrl: boolean): ReadonlyMap<string, string> {
  try {
    return new Map(parseConnInfo(text).map(({ key, value }) => [key, value]))
  } catch (error) {
    if (!(error instanceof ConnInfoError) || !isUrl || !URL.canParse(text)) throw error
    const { username, password, pathname, searchParams } = new URL(text)
    return new Map([
      ...searchParams,
      ['user', decode(username)],
      ['password', decode(password)],
      ['dbname', decode(pathname.slice(1))],
    ])
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const VARIABLES: Readonly<Record<string, string>> = {
  host: 'PGHOST',
  user: 'PGUSER',
  password: 'PGPASSWORD',
  dbname: 'PGDATABASE',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  channel_binding: 'PGCHANNELBINDING',
  service: 'PGSERVICE',
  passfile: 'PGPASSFILE',
}
