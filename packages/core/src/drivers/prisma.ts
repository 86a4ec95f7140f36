import { refuse } from '../conninfo/setting.js'
import type { Endpoint, Origin, Plan, Remark, Roots, Transport } from '../model.js'
import { readableUrl } from './pg/url-remarks.js'
import { foreignMode, misspelt, TLS_KEYWORDS } from './pg/words.js'

const PLAINTEXT: Transport = { kind: 'plaintext' }

/**
 * What the Rust engine of Prisma up to 6 would do with a URL (prisma-engines, quaint
 * connector/postgres/url.rs). It has three modes, and every other one, `verify-full` too, is `prefer`;
 * certificates are verified only with `sslaccept=strict`. A driver adapter (`@prisma/adapter-pg`, and
 * all of Prisma 7) is pg and reads a string as pg does.
 *
 * @throws ConnInfoError where the string is no URL of this engine.
 * @see https://www.prisma.io/docs/orm/v6/overview/databases/postgresql
 * @example
 * import { planPrisma } from '@verify-full/core/offline'
 *
 * const [plan] = planPrisma('postgres://db.example.com/app?sslmode=verify-full')
 * export const attempts = plan.transports.map(({ kind }) => kind) // ['tls', 'plaintext']
 */
export function planPrisma(text: string): [Plan] {
  const url = readableUrl(text)
  if (!url || !/^postgres(?:ql)?:$/.test(url.protocol)) refuse('it is no postgresql:// URL', 0)
  const values = new Map(url.searchParams)
  const origin: Origin = { via: 'uri', key: 'sslmode' }
  const mode = values.get('sslmode')
  const accept = values.get('sslaccept')
  // An unknown word means `strict` here, an unknown sslmode means `prefer`.
  const strict = accept !== undefined && accept !== 'accept_invalid_certs'
  const tls: Transport = {
    kind: 'tls',
    verification: strict ? 'full' : 'none',
    roots: rootsOf(values.get('sslcert')),
    negotiation: 'postgres',
  }
  const required = mode === 'require'
  const endpoint = endpointOf(url, values)
  const transports: readonly [Transport, ...Transport[]] =
    endpoint.kind === 'unix'
      ? [{ kind: 'unix' }]
      : mode === 'disable'
        ? [PLAINTEXT]
        : required
          ? [tls]
          : [tls, PLAINTEXT]
  const unverified: Origin = accept === undefined ? origin : { via: 'uri', key: 'sslaccept' }
  return [
    {
      driver: 'prisma',
      endpoint,
      transports,
      decidedBy:
        mode === undefined ? { via: 'default', key: 'sslmode' } : required ? unverified : origin,
      // `require` is the strongest word of this engine: with sslaccept=strict it verifies in full.
      ...(MODES.includes(mode) && !(required && strict)
        ? { sslmode: { mode: mode as 'disable' | 'prefer' | 'require', origin } }
        : {}),
      discarded: [],
      remarks: [...values].flatMap(([key, value]) => remarksOf(key, value, origin)),
      unknown: [],
    },
  ]
}

const MODES: readonly unknown[] = ['disable', 'prefer', 'require']

const rootsOf = (path: string | undefined): Roots =>
  path ? { kind: 'file', path, origin: { via: 'uri', key: 'sslcert' } } : { kind: 'unset' }

function endpointOf(url: URL, values: ReadonlyMap<string, string>): Endpoint {
  const host = values.get('host') || url.hostname.replace(/^\[(.+)\]$/, '$1') || 'localhost'
  if (host.startsWith('/')) return { kind: 'unix', path: host }
  return { kind: 'tcp', host, port: url.port === '' ? 5432 : Number(url.port) }
}

const READ = ['sslmode', 'sslcert', 'sslidentity', 'sslpassword', 'sslaccept']

function remarksOf(key: string, value: string, sslmode: Origin): Remark[] {
  if (key === 'sslmode') return MODES.includes(value) ? [] : [foreignMode(value, sslmode)]
  const origin: Origin = { via: 'uri', key }
  if (key === 'sslrootcert') return [{ kind: 'roots-widened', origin, meant: 'sslcert' }]
  if (READ.includes(key)) return []
  if ((TLS_KEYWORDS as readonly string[]).includes(key)) return [{ kind: 'key-unread', origin }]
  const meant = misspelt(key)
  return meant ? [{ kind: 'key-unknown', origin, written: key, meant }] : []
}
