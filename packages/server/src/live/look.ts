import type { ClientSession, ServerSetting } from '@verify-full/core'
import { firstMatch, type HbaEntry, type HbaError, readHbaRow } from '@verify-full/core/offline'
import { STATEMENTS } from './statements.js'
import type { Connection, LiveFacts, Query, Standby, Unseen } from './types.js'
import { UNSEEN } from './unseen.js'

type Row = Readonly<Record<string, unknown>>

/**
 * Looks at a server through one connection: settings, rules, sessions, replicas. What this role may not see
 * is listed in `unseen`, with the grant that would show it.
 *
 * @throws what the connection throws, where the server cannot be asked at all.
 */
export async function look({ query, pid }: Omit<Connection, 'close'>): Promise<LiveFacts> {
  const [identity = {}] = await query(STATEMENTS.identity)
  const version = Math.floor(Number(identity.version) / 10_000)
  const loadedAt = dateOf(identity.loaded_at)
  const pooled = pid !== undefined && Number(identity.pid) !== pid
  const unseen: Unseen[] = pooled ? [UNSEEN.pooler] : []
  const settings = settingsOf(await query(STATEMENTS.settings))
  const rules = await rulesOf(query, version, unseen)
  const sessions = await sessionsOf(query, identity.sees_sessions === true, unseen)
  const standbys = identity.sees_sessions === true ? await standbysOf(query) : undefined
  const survivors = rules.hba ? survivorsOf(sessions ?? [], rules.hba, loadedAt) : []
  return {
    role: identity.standby === true ? 'replica' : 'primary',
    version,
    settings,
    ...rules,
    loadedAt,
    ...(sessions ? { sessions } : {}),
    ...(standbys ? { standbys } : {}),
    survivors,
    unseen,
  }
}

function settingsOf(rows: readonly Row[]): ReadonlyMap<string, ServerSetting> {
  return new Map(
    rows.map(({ name, setting, sourcefile, sourceline }) => {
      const at =
        typeof sourcefile === 'string'
          ? { at: { file: sourcefile, line: Number(sourceline) } }
          : undefined
      const origin = { via: 'server', key: `setting ${String(name)}`, ...at } as const
      return [String(name), { value: String(setting), origin }]
    }),
  )
}

const INSUFFICIENT_PRIVILEGE = '42501'

async function rulesOf(
  query: Query,
  version: number,
  unseen: Unseen[],
): Promise<{ hba?: readonly HbaEntry[]; hbaErrors: readonly HbaError[] }> {
  let rows: readonly Row[]
  try {
    rows = await query(STATEMENTS.hba)
  } catch (error) {
    if ((error as { code?: unknown }).code !== INSUFFICIENT_PRIVILEGE) throw error
    unseen.push(UNSEEN.rules)
    return { hbaErrors: [] }
  }
  const read = rows.map((row) => readHbaRow(row, version))
  const hbaErrors = read.filter((one): one is HbaError => 'reason' in one)
  if (hbaErrors.length > 0) unseen.push(brokenRules(hbaErrors))
  return { hba: read.filter((one): one is HbaEntry => !('reason' in one)), hbaErrors }
}

async function sessionsOf(
  query: Query,
  privileged: boolean,
  unseen: Unseen[],
): Promise<readonly ClientSession[] | undefined> {
  const rows = await query(STATEMENTS.sessions)
  const hidden = rows.filter(({ visible }) => visible !== true).length
  // A role that may not see them does not see all of them either: replication is left out.
  if (!privileged || hidden > 0) unseen.push(UNSEEN.sessions)
  return rows.filter(({ visible }) => visible === true).map(sessionOf)
}

const sessionOf = (row: Row): ClientSession => ({
  pid: Number(row.pid),
  user: String(row.user ?? ''),
  database: row.database === null ? null : String(row.database),
  application: String(row.application ?? ''),
  address: row.address === null ? null : String(row.address),
  ssl: row.ssl === true,
  startedAt: dateOf(row.started_at),
  replication: row.replication === true,
})

async function standbysOf(query: Query): Promise<readonly Standby[]> {
  const rows = await query(STATEMENTS.standbys)
  return rows.map(({ application, address, state }) => ({
    application: String(application ?? ''),
    address: address === null ? null : String(address),
    state: String(state),
  }))
}

/**
 * Sessions that are older than the rules and would not get in by them: doubt is no survivor. Thousands of
 * sessions are a few clients, and each client is decided once.
 */
function survivorsOf(
  sessions: readonly ClientSession[],
  hba: readonly HbaEntry[],
  loadedAt: Date,
): ClientSession[] {
  const decided = new Map<string, boolean>()
  return sessions.filter((session) => {
    if (session.startedAt >= loadedAt) return false
    const { user, database, address, ssl, replication } = session
    const client = JSON.stringify([user, database, address, ssl, replication])
    const refused = decided.get(client) ?? isRefused(session, hba)
    decided.set(client, refused)
    return refused
  })
}

function isRefused(session: ClientSession, hba: readonly HbaEntry[]): boolean {
  const { user, database, address, ssl, replication } = session
  const { entry, undecided } = firstMatch(hba, {
    transport: address === null ? 'unix' : ssl ? 'tls' : 'plaintext',
    user,
    ...(database === null ? {} : { database }),
    ...(address === null ? {} : { address }),
    replication: replication && database === null,
  })
  return undecided.length === 0 && (entry === undefined || entry.method === 'reject')
}

const dateOf = (value: unknown): Date => (value instanceof Date ? value : new Date(String(value)))

const brokenRules = (errors: readonly HbaError[]): Unseen => ({
  what: 'rules in force',
  why: `the server refuses line ${errors.map(({ line }) => line).join(', ')} of pg_hba.conf: it goes on with the rules it loaded before`,
  fix: 'mend that line, then reload PostgreSQL',
})
