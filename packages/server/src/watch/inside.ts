import type { Policy } from '@verify-full/core'
import { formatHbaEntry, isInRange, isLocalSession, readHbaRow } from '@verify-full/core/offline'
import type { Connection, Query, Unseen } from '../live/types.js'
import { UNSEEN } from '../live/unseen.js'
import { RIGHTS, watchStatement } from './statement.js'
import type { IgnoredSession, Look, PlaintextClient } from './types.js'

type Row = Readonly<Record<string, unknown>>
export type Inside = Pick<Look, 'plaintext' | 'settings' | 'rules' | 'unseen'>

/** What a connection needs to know of itself, asked once. */
export interface Rights {
  readonly rules: boolean
  readonly sessions: boolean
  readonly version: number
}

/** A connection that is kept from one look to the next. */
export interface Kept {
  readonly connection: Connection
  readonly rights: Rights
}

export async function rightsOf(query: Query): Promise<Rights> {
  const [row = {}] = await query(RIGHTS)
  return {
    rules: row.rules === true,
    sessions: row.sessions === true,
    version: Math.floor(Number(row.version) / 10_000),
  }
}

/** One query: what is inside the server at this moment. */
export async function lookInside(
  query: Query,
  rights: Rights,
  policy: Policy,
  ignore: readonly IgnoredSession[],
): Promise<Inside> {
  const [row = {}] = await query(watchStatement(rights.rules))
  const unseen: Unseen[] = []
  if (!rights.rules) unseen.push(UNSEEN.rules)
  if (!rights.sessions) unseen.push(UNSEEN.sessions)
  const settings = Object.entries((row.settings ?? {}) as Record<string, unknown>)
  return {
    plaintext: rows(row.clients)
      .map(clientOf)
      .filter((client) => policy.local === 'refuse' || !isLocalSession(client))
      .filter((client) => !ignore.some((rule) => matches(client, rule))),
    settings: new Map(settings.map(([name, value]) => [name, String(value)])),
    ...(rights.rules ? { rules: rows(row.rules).map((one) => ruleOf(one, rights.version)) } : {}),
    unseen,
  }
}

const rows = (value: unknown): readonly Row[] => (Array.isArray(value) ? value : [])

const clientOf = (row: Row): PlaintextClient => ({
  user: String(row.user ?? ''),
  database: row.database === null ? null : String(row.database),
  application: String(row.application ?? ''),
  address: String(row.address),
  replication: row.replication === true,
  sessions: Number(row.sessions),
  since: new Date(String(row.since)).toISOString(),
})

function ruleOf(row: Row, version: number): string {
  const read = readHbaRow(row, version)
  if ('reason' in read) return `line ${read.line} cannot be read: ${read.reason}`
  const options = Object.entries(read.options).map(([name, value]) => `${name}=${value}`)
  return [formatHbaEntry(read), ...options].join(' ')
}

const matches = (client: PlaintextClient, rule: IgnoredSession): boolean =>
  (['user', 'database', 'application'] as const).every(
    (key) => rule[key] === undefined || rule[key] === client[key],
  ) &&
  (rule.address === undefined || isInRange(client.address ?? '', rule.address))
