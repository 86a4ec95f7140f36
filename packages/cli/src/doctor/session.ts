import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { definePolicy, type LoadedRoots, type Policy, PolicyError } from '@verify-full/core'
import type { SessionOutcome } from '@verify-full/server'
import type { Io } from '../command.js'
import type { Subject } from './subject.js'

/** Who the session is for, as a startup packet names it. */
export function accountOf({ get }: Subject, env: Io['env']): { user: string; database: string } {
  const user = get('user') ?? env.USER ?? env.USERNAME ?? 'postgres'
  return { user, database: get('dbname') ?? user }
}

/**
 * Opens one session through the guard of pg, as an application would, and closes it. It is called when
 * everything else is right: the only place where a password is used.
 */
export async function openSession(
  subject: Subject,
  policy: Policy,
  { source }: LoadedRoots,
  io: Io,
  timeoutMillis: number,
): Promise<SessionOutcome> {
  if (!mayAuthenticate(subject, io)) {
    return { kind: 'skipped', reason: 'no password was given: everything before it is verified' }
  }
  const [{ default: pg }, { guard, verifySession }] = await Promise.all([
    import('pg'),
    import('@verify-full/pg'),
  ])
  try {
    const pool = guard(
      new pg.Pool({
        connectionString: connectionString(subject, io.env),
        connectionTimeoutMillis: timeoutMillis,
        max: 1,
      }),
      source === 'system' ? withSystemRoots(policy) : policy,
    )
    pool.on('error', () => {})
    try {
      return { kind: 'accepted', report: await verifySession(pool) }
    } finally {
      await pool.end()
    }
  } catch (error) {
    if (error instanceof PolicyError) return { kind: 'refused', violations: error.violations }
    // Never the message: it may name the user.
    const { code } = error as { code?: unknown }
    return { kind: 'failed', code: typeof code === 'string' ? code : 'no code' }
  }
}

function mayAuthenticate({ get }: Subject, { env }: Io): boolean {
  const passfile = get('passfile') ?? join(env.HOME ?? '', '.pgpass')
  return get('password') !== undefined || get('sslcert') !== undefined || existsSync(passfile)
}

/** `sslrootcert=system` is libpq's word; the guard is told by its policy. */
function withSystemRoots({ waivers, rootCert: _, ...policy }: Policy): Policy {
  return definePolicy({ ...policy, dangerouslyAllow: waivers, rootCert: 'system' })
}

/** What was examined, and no more, as a URL: nothing in it can mean something else to pg. */
function connectionString(subject: Subject, env: Io['env']): string {
  const { plan, get } = subject
  const { host, port, hostaddr } = plan.endpoint
  const { user, database } = accountOf(subject, env)
  const tls = plan.transports.find((transport) => transport.kind === 'tls')
  const password = get('password')
  const parameters = {
    sslmode: 'verify-full',
    sslrootcert: tls?.roots.kind === 'file' ? tls.roots.path : undefined,
    sslcrl: tls?.crl?.kind === 'file' ? tls.crl.path : undefined,
    sslcert: get('sslcert'),
    sslkey: get('sslkey'),
    sslnegotiation: tls?.negotiation === 'direct' ? 'direct' : undefined,
    hostaddr,
  }
  const query = Object.entries(parameters).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${encodeURIComponent(value)}`],
  )
  const secret = password === undefined ? '' : `:${encodeURIComponent(password)}`
  const name = host.includes(':') ? `[${host}]` : host
  return `postgres://${encodeURIComponent(user)}${secret}@${name}:${port}/${encodeURIComponent(database)}?${query.join('&')}`
}
