import { hasStrayAt } from '../pg/url-remarks.js'

/** What TypeORM's own parser makes of a url. */
export interface TypeOrmUrl {
  readonly host: string
  readonly port?: number
  /** A `/` in the password ended the authority: `host` is the user name. */
  readonly misread: boolean
  /** Why it throws, in fixed words. */
  readonly fatal?: string
}

/**
 * Models `DriverUtils.parseConnectionUrl` of typeorm 1.1.1 as far as it says where to connect. It knows
 * neither a query nor an IPv6 address. The cockroachdb driver connects by it; the postgres driver asks it
 * for the database only, but fails where it throws.
 */
export function parseTypeOrmUrl(url: unknown): TypeOrmUrl {
  if (typeof url !== 'string') return { host: '', misread: false, fatal: 'url is no string' }
  const [base = '', ...path] = url.slice(url.indexOf('//') + 2).split('/')
  const [rest = '', ...query] = path.join('/').split('?')
  const at = base.lastIndexOf('@')
  const [host = '', port] = base.slice(at + 1).split(':')
  const number = port ? Number.parseInt(port, 10) : undefined
  return {
    host,
    ...(number === undefined ? {} : { port: number }),
    misread: rest.includes('@') || hasStrayAt(new URLSearchParams(query.join('?'))),
    ...(decodes(base.slice(0, Math.max(at, 0))) ? {} : { fatal: 'URI malformed' }),
  }
}

function decodes(text: string): boolean {
  const colon = text.indexOf(':')
  try {
    decodeURIComponent(colon < 0 ? text : text.slice(0, colon))
    decodeURIComponent(colon < 0 ? '' : text.slice(colon + 1))
    return true
  } catch {
    return false
  }
}
