import { KEYWORDS } from '../../conninfo/keywords.js'
import type { Origin, Remark, RemarkKind } from '../../model.js'
import type { PgUrl } from './url.js'
import { isSslMode, misspelt, TLS_KEYWORDS, unknownMode } from './words.js'

const uri = (key: string): Origin => ({ via: 'uri', key })
const STRING: Origin = uri('connectionString')

/** Parameters that pg-connection-string 2.14.1 keeps as inert keys although they are about TLS. */
const UNREAD: Readonly<Record<string, (value: string) => boolean>> = {
  channel_binding: (value) => value === 'require',
  require_auth: (value) => value !== '',
  ssl_min_protocol_version: (value) => value !== '',
  ssl_max_protocol_version: (value) => value !== '',
  sslpassword: (value) => value !== '',
  sslcrldir: (value) => value !== '',
  rejectUnauthorized: () => true,
  'ssl[rejectUnauthorized]': () => true,
  enableChannelBinding: (value) => value === 'true',
}
/** Parameters that matter enough to be given once. */
const ONCE: readonly string[] = [...TLS_KEYWORDS, 'ssl', 'host', 'port', ...Object.keys(UNREAD)]
const LOST = new RegExp(`[;&?](?:amp;)?(${[...TLS_KEYWORDS, 'ssl'].join('|')})=`, 'i')

/** What a connection string says that pg does not hear. Shows keywords only, never free text. */
export function remarkUrl(read: PgUrl, sslmodeOrigin: Origin): readonly Remark[] {
  if (read.fatal !== undefined) return [fatalRemark(read)]
  if (read.kind === 'path') return isMisreadPath(read.host ?? '') ? [misread()] : []
  const { url } = read
  if (!url) return []
  return [
    ...(isMisread(read, url) ? [misread()] : []),
    ...brokenSeparators(url),
    ...[...new Set(url.searchParams.keys())].flatMap((key) => remarkKey(read, url, key)),
    ...remarkMode(read, sslmodeOrigin),
  ]
}

const misread = (): Remark => ({ kind: 'string-misread', origin: STRING })
const about = (kind: RemarkKind, key: string): Remark => ({ kind, origin: uri(key) })

/** Characters that show a URL, not a socket's directory (`/cloudsql/project:region:name` is one). */
export const isMisreadPath = (path: string): boolean => /[@?=&#]|^\/\//.test(path)

function fatalRemark({ text, fatal, values }: PgUrl): Remark {
  if (values.get('sslmode') || fatal?.includes('sslrootcert'))
    return about('value-fatal', 'sslmode')
  const authority = /^[a-z][\w+.-]*:\/\/(?:[^/?#]*@)?([^/?#]*)/i.exec(text)?.[1] ?? ''
  return authority.includes(',')
    ? { kind: 'unsupported', origin: uri('host'), meant: 'one host' }
    : misread()
}

function isMisread({ kind, text }: PgUrl, url: URL): boolean {
  if (kind === 'relative') return true
  if (kind === 'socket') return false
  if (!/^\s*[a-z][\w+.-]*:\/\//i.test(text)) return true
  return endsEarly(url)
}

/** The URL in a text, unless what it names as host may be a piece of its user or password. */
export function readableUrl(text: unknown): URL | undefined {
  if (typeof text !== 'string' || !URL.canParse(text)) return undefined
  const url = new URL(text)
  return endsEarly(url) || !/^\s*[a-z][\w+.-]*:\/\//i.test(text) ? undefined : url
}

/** A ? # or / in user or password ends the authority early: its tail, and the @, stand further on. */
const endsEarly = (url: URL): boolean =>
  [url.pathname, url.hash].some((part) => part.includes('@')) || hasStrayAt(url.searchParams)

/** An @ in no parameter that anybody knows: what stands as host may be the user name. */
export const hasStrayAt = (parameters: URLSearchParams): boolean =>
  [...parameters].some(([key, value]) => !KEYWORDS.has(key) && `${key}${value}`.includes('@'))

function brokenSeparators(url: URL): Remark[] {
  const names = [...url.searchParams.keys()]
  const broken = new Set<string>()
  // Raw text: an encoded separator (`%26sslmode=`) belongs to its value.
  const texts = url.search
    .slice(1)
    .split('&')
    .map((part) => part.replace(/^\?+/, ''))
  for (const text of [url.pathname, url.hash.replace(/^#/, '?'), ...texts]) {
    const lost = LOST.exec(text)?.[1]
    if (lost) broken.add(lost.toLowerCase())
  }
  for (const name of names.filter((name) => /^(amp;|\?)/.test(name))) {
    const lost = LOST.exec(`&${name.replace(/^(?:amp;|\?)+/, '')}=`)?.[1]
    broken.add(lost?.toLowerCase() ?? 'connectionString')
  }
  return [...broken].map((key) => about('separator-broken', key))
}

function remarkKey({ kind, values }: PgUrl, url: URL, key: string): Remark[] {
  const twice = url.searchParams.getAll(key).length > 1
  const remarks = twice && ONCE.includes(key) ? [about('key-duplicated', key)] : []
  const value = values.get(key) ?? ''
  if (key === 'service') return [...remarks, about('unsupported', key)]
  // A socket: URL returns before its parameters are read (pg-connection-string 2.14.1).
  if (kind === 'socket' && key.startsWith('ssl') && key !== 'ssl' && ONCE.includes(key)) {
    return [...remarks, about('key-unread', key)]
  }
  if (Object.hasOwn(UNREAD, key)) {
    return UNREAD[key]?.(value) ? [...remarks, about('key-unread', key)] : remarks
  }
  const meant = misspelt(key)
  return meant
    ? [...remarks, { kind: 'key-unknown', origin: uri(key), written: key, meant }]
    : remarks
}

function remarkMode({ values }: PgUrl, origin: Origin): Remark[] {
  const mode = values.get('sslmode')
  return mode === undefined || isSslMode(mode) ? [] : [unknownMode(mode, origin)]
}
