import type { Remark } from '../../model.js'
import { type PgUrl, parsePgUrl } from '../pg/url.js'
import { remarkUrl } from '../pg/url-remarks.js'
import { TLS_KEYWORDS } from '../pg/words.js'

/** What Knex makes of a connection string: the settings that it hands to pg's Client, without user and password. */
export interface KnexUrl {
  readonly settings: Readonly<Record<string, unknown>>
  readonly remarks: readonly Remark[]
  /** Why Knex would throw, in fixed words. */
  readonly fatal?: string
}

/** Only these are handed to pg-connection-string (Knex 3.3.0, parse-connection.js). */
const PARSED = ['postgres:', 'postgresql:']
/** Schemes that may be shown: any other might be the start of something secret. */
const KNOWN = ['pg', 'cockroachdb', 'cockroach', 'redshift', 'postgis', 'psql']

/**
 * Models Knex 3.3.0, parse-connection.js: its own pinned pg-connection-string 2.6.2 for two schemes, a
 * flat copy of the query for every other, and a file name of SQLite for what is no URL. Reads no file.
 */
export function parseKnexUrl(text: string): KnexUrl {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url)
    return {
      settings: {},
      remarks: [misread('no URL: it takes it for the file of an SQLite database')],
    }
  return PARSED.includes(url.protocol) ? parsed(parsePgUrl(text, 'knex')) : copied(text, url)
}

const misread = (written: string): Remark => ({
  kind: 'string-misread',
  origin: { via: 'uri', key: 'connectionString' },
  written,
})

function parsed(url: PgUrl): KnexUrl {
  const { host, port, ssl, values, fatal } = url
  const remarks: Remark[] = [...remarkUrl(url, { via: 'uri', key: 'sslmode' })]
  // Knex opens a file of that name.
  if (values.get('sslrootcert') === 'system') remarks.push(about('roots-unusable', 'sslrootcert'))
  return {
    settings: {
      ...Object.fromEntries(values),
      host,
      port,
      database: null,
      ...(ssl === undefined ? {} : { ssl: withFiles(ssl, values) }),
    },
    remarks,
    ...(fatal === undefined ? {} : { fatal }),
  }
}

const about = (kind: Remark['kind'], key: string): Remark => ({ kind, origin: { via: 'uri', key } })

/** The setting of a connection string behind each file's text in `ssl`. */
export const SSL_FILES = { sslrootcert: 'ca', sslcert: 'cert', sslkey: 'key' } as const

/** The texts of the files are unread: a stand-in shows that they are there. */
function withFiles(ssl: unknown, values: ReadonlyMap<string, string>): unknown {
  if (typeof ssl !== 'object' || ssl === null) return ssl
  const files = Object.entries(SSL_FILES).filter(([key]) => values.get(key))
  return { ...ssl, ...Object.fromEntries(files.map(([key, name]) => [name, key])) }
}

/** Schemes of other databases, whose queries hold JSON. */
const JSON_QUERIES = ['mysql:', 'mariadb:', 'mssql:']

function readValue(protocol: string, written: string): unknown {
  try {
    return JSON_QUERIES.includes(protocol) ? JSON.parse(written) : written
  } catch {
    return written
  }
}

/** `connectionObject()`: nothing in the query is given a meaning. */
function copied(text: string, url: URL): KnexUrl {
  const values = new Map(url.searchParams)
  const settings = {
    ...(url.hostname && !url.protocol.startsWith('mssql') ? { host: url.hostname } : {}),
    ...(url.port ? { port: url.port } : {}),
    ...Object.fromEntries([...values].map(([key, text]) => [key, readValue(url.protocol, text)])),
  }
  const scheme = url.protocol.slice(0, -1)
  const expects = TLS_KEYWORDS.some((keyword) => values.has(keyword))
  const shown = KNOWN.includes(scheme) ? `${scheme}://` : 'another scheme'
  const given: PgUrl = { kind: 'url', text, url, values, ssl: undefined, sslKey: 'ssl' }
  return {
    settings,
    remarks: [
      ...(expects ? [misread(`it parses postgres:// and postgresql://; this is ${shown}`)] : []),
      ...remarkUrl(given, { via: 'uri', key: 'sslmode' }),
    ],
    ...(decodes(url) ? {} : { fatal: 'URI malformed' }),
  }
}

function decodes({ username, password }: URL): boolean {
  try {
    return Boolean(decodeURIComponent(username + password)) || true
  } catch {
    return false
  }
}
