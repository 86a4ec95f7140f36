/** What postgres.js makes of the URL it is given. May hold a password. */
export interface PostgresUrl {
  readonly text: string
  readonly url: URL
  /** Query parameters, the last of a name wins. */
  readonly values: ReadonlyMap<string, string>
  readonly hostname: string
  readonly port: string
  /** `a:1,b:2`, where the authority lists hosts. */
  readonly multihost: string | undefined
}

/**
 * Models `parseUrl()` of postgres.js 3.4.9 (src/index.js); undefined where it throws. The authority is
 * taken from the first `@`, and without its other hosts handed to `new URL()`.
 */
export function parsePostgresUrl(text: string): PostgresUrl | undefined {
  try {
    const authority = text.slice(text.indexOf('://') + 3).split(/[?/]/)[0] ?? ''
    const hosts = decodeURIComponent(authority.slice(authority.indexOf('@') + 1))
    const url = new URL(text.replace(hosts, hosts.split(',')[0] ?? ''))
    decodeURIComponent(url.username)
    decodeURIComponent(url.password)
    return {
      text,
      url,
      values: new Map(url.searchParams),
      hostname: url.hostname,
      port: url.port,
      multihost: hosts.includes(',') ? hosts : undefined,
    }
  } catch {
    return undefined
  }
}
