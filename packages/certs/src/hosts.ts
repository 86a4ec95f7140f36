import { isIP } from 'node:net'
import type { JsonGeneralNames } from '@peculiar/x509'

// A leftmost `*` label is allowed (RFC 6125, 6.4.3), and `_` because container names have it.
const DNS_NAME =
  /^(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i

/** Sorts hosts into dNSName and iPAddress entries of a subjectAltName (RFC 5280, 4.2.1.6). */
export function subjectAltNames(where: string, hosts: unknown): JsonGeneralNames {
  if (!Array.isArray(hosts) || hosts.length === 0) {
    throw new TypeError(
      `${where}: 'hosts' must be an array with at least one DNS name or IP address`,
    )
  }
  return hosts.map((host: unknown) => {
    if (typeof host !== 'string') throw new TypeError(`${where}: each of 'hosts' must be a string`)
    if (isIP(host) !== 0 && !host.includes('%')) return { type: 'ip', value: host }
    // A last label of digits only would read as an address: '10.0.0' is a typing error, not a name.
    if (host.length > 253 || !DNS_NAME.test(host) || /(?:^|\.)\d+$/.test(host)) {
      throw new TypeError(
        `${where}: '${host}' in 'hosts' is neither an IP address nor a DNS name ` +
          '(no scheme, port or trailing dot; international names in their xn-- form)',
      )
    }
    return { type: 'dns', value: host }
  })
}
