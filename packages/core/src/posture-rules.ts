import { type Origin, TLS_VERSIONS, type TlsVersion } from './model.js'
import type { Policy } from './policy.js'
import type { ClientSession, ServerPosture } from './posture.js'
import { isLoopback } from './protection.js'
import type { Found } from './rules.js'
import { readConfBoolean } from './server-files/conf.js'
import type { HbaEntry } from './server-files/hba.js'
import { ALL_BITS, type HbaRange } from './server-files/hba-address.js'
import { describeClients, formatHbaEntry } from './server-files/hba-clients.js'
import { evaluateHba, type HbaOpening, type HbaQuestion } from './server-files/hba-evaluate.js'
import { outside, overlap } from './server-files/hba-sets.js'

const server = (key: string): Origin => ({ via: 'server', key })

/** Where an entry stands: a file and a line. */
const originOf = (entry: HbaEntry, { hbaFile = 'pg_hba.conf' }: ServerPosture): Origin => ({
  via: 'server',
  key: `${entry.type} entry`,
  ...(entry.line > 0 ? { at: { file: entry.file ?? hbaFile, line: entry.line } } : {}),
})

const LOOPBACK: readonly HbaRange[] = [
  { kind: 'range', family: 4, base: 127n << 24n, mask: 255n << 24n },
  { kind: 'range', family: 6, base: 1n, mask: ALL_BITS[6] },
]

/** Openings for clients that the policy does not regard as local. */
function openings(posture: ServerPosture, policy: Policy, question: HbaQuestion): HbaOpening[] {
  return evaluateHba(posture.hba ?? [], question).flatMap((opening) => {
    if (policy.local === 'refuse') return [opening]
    if (opening.entry.address?.kind === 'samehost') return []
    const clients = opening.clients.flatMap((box) => {
      const loopback = LOOPBACK.find((range) => overlap(range, box.addresses))
      const left = loopback ? outside(box.addresses, loopback) : [box.addresses]
      // Cut up only where all of it is local: a range is easier to read whole.
      return left.length > 0 ? [box] : []
    })
    return clients.length > 0 ? [{ ...opening, clients }] : []
  })
}

/** Clients that could get in without TLS, and by which entry; and what the server said when asked. */
export function opensToPlaintext(posture: ServerPosture, policy: Policy): Found[] {
  const { endpoint } = posture
  const local = endpoint.kind === 'unix' || isLoopback(endpoint.hostaddr ?? endpoint.host)
  const answered: Found[] =
    posture.plaintextAnswer === 'accepted' && (policy.local === 'refuse' || !local)
      ? [{ origin: server('answer to a startup packet without TLS'), written: 'asked' }]
      : []
  const entries = openings(posture, policy, { transport: 'plaintext' }).map((opening) => ({
    origin: originOf(opening.entry, posture),
    written: `${formatHbaEntry(opening.entry)}: ${describeClients(opening)}`,
    meant: opening.entry.type === 'host' ? 'hostssl' : '',
  }))
  return [...answered, ...entries]
}

/** Clients that get in with no proof of who they are. */
export function opensToAnyone(posture: ServerPosture, policy: Policy): Found[] {
  const unix = policy.local === 'refuse' ? (['unix'] as const) : []
  const transports = ['plaintext', 'tls', ...unix] as const
  const seen = new Set<HbaEntry>()
  const order = ({ entry }: HbaOpening): number => posture.hba?.indexOf(entry) ?? 0
  return transports
    .flatMap((transport) => openings(posture, policy, { transport, method: 'trust' }))
    .filter(({ entry }) => {
      const proven = entry.options.clientcert === 'verify-full'
      if (proven || seen.has(entry)) return false
      seen.add(entry)
      return true
    })
    .sort((a, b) => order(a) - order(b))
    .map((opening) => ({
      origin: originOf(opening.entry, posture),
      written: `${formatHbaEntry(opening.entry)}: ${describeClients(opening)}`,
    }))
}

export function isSslOff({ settings }: ServerPosture): boolean {
  const ssl = settings?.get('ssl')
  return ssl !== undefined && readConfBoolean(ssl.value) === false
}

export const sslOff = (posture: ServerPosture): Found[] =>
  isSslOff(posture)
    ? [
        {
          origin: posture.settings?.get('ssl')?.origin ?? server('setting ssl'),
          written: 'ssl = off',
        },
      ]
    : []

/** Without ssl_ca_file no client certificate can be verified. */
export function caMissing(posture: ServerPosture): Found[] {
  const ca = posture.settings?.get('ssl_ca_file')
  if (ca?.value !== '' || isSslOff(posture)) return []
  const asks = posture.hba?.find(
    ({ method, options }) => method === 'cert' || options.clientcert !== undefined,
  )
  return [{ origin: ca.origin, ...(asks ? { written: formatHbaEntry(asks) } : {}) }]
}

export function oldTls({ settings }: ServerPosture, { minTlsVersion }: Policy): Found[] {
  const setting = settings?.get('ssl_min_protocol_version')
  if (!setting) return []
  // Empty: whatever OpenSSL supports.
  const version = setting.value === '' ? 'TLSv1' : setting.value
  const rank = TLS_VERSIONS.indexOf(version as TlsVersion)
  const older = rank >= 0 && rank < TLS_VERSIONS.indexOf(minTlsVersion)
  return older ? [{ origin: setting.origin, written: version }] : []
}

/** Whether a session's bytes stay on the server's own machine. */
export function isLocalSession({ address }: Pick<ClientSession, 'address'>): boolean {
  if (address === null) return true
  const [host = ''] = address.split('/')
  return host === '::1' || host.startsWith('127.')
}

/** The sessions that a policy wants encrypted and that are not. */
export const plaintextSessions = (
  sessions: readonly ClientSession[],
  policy: Policy,
): ClientSession[] =>
  sessions.filter(
    (session) =>
      !session.ssl &&
      session.address !== null &&
      (policy.local === 'refuse' || !isLocalSession(session)),
  )

export const inPlaintext = (posture: ServerPosture, policy: Policy): Found[] =>
  plaintextSessions(posture.sessions ?? [], policy).map((session) => ({
    origin: server('pg_stat_ssl'),
    written: describeSession(session),
  }))

const describeSession = (session: ClientSession): string => {
  const where = session.replication ? 'replication' : `database ${session.database ?? '?'}`
  const application = session.application === '' ? '' : ` (${session.application})`
  const since = session.startedAt.toISOString()
  return `user ${session.user}, ${where}${application}, from ${session.address ?? 'a socket'}, since ${since}`
}

export const drifted = ({ drift = [] }: ServerPosture): Found[] =>
  drift.map(({ what, primary, replica }) => ({
    origin: server(what),
    written: replica,
    meant: primary,
  }))
