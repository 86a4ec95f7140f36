import type { Look, PlaintextClient, WatchNews } from './types.js'

/** What is remembered of a server between looks. */
export interface Memory {
  readonly reachable: boolean | undefined
  readonly clients: ReadonlyMap<string, PlaintextClient>
  readonly certificates: ReadonlyMap<string, Look['certificates'][number]['certificate']>
  /** Addresses without TLS, and why. */
  readonly withoutTls: ReadonlyMap<string, string>
  readonly settings: Look['settings']
  readonly rules: Look['rules']
  /** What was said and is not said again: expiry levels, what is not visible. */
  readonly said: ReadonlySet<string>
}

export const NOTHING_KNOWN: Memory = {
  reachable: undefined,
  clients: new Map(),
  certificates: new Map(),
  withoutTls: new Map(),
  settings: undefined,
  rules: undefined,
  said: new Set(),
}

export interface Levels {
  readonly warningDays: number
  readonly criticalDays: number
}

/** Compares a look with what is remembered: the news, and what to remember next. Pure. */
export function changes(
  before: Memory,
  look: Look,
  levels: Levels,
): { readonly news: readonly WatchNews[]; readonly memory: Memory } {
  const said = new Set(before.said)
  const news: WatchNews[] = [
    ...reachability(before, look),
    ...tlsChanges(before, look),
    ...certificateChanges(before, look),
    ...expiry(look, levels, said),
    ...unseen(look, said),
    ...clientChanges(before, look),
    ...settingChanges(before, look),
    ...ruleChanges(before, look),
  ]
  const memory: Memory = {
    reachable: look.failure === undefined,
    // What a failed look did not see is as it was.
    clients: look.plaintext ? byClient(look.plaintext) : before.clients,
    certificates: new Map([...before.certificates, ...byAddress(look)]),
    withoutTls: withoutTls(before, look),
    settings: look.settings ?? before.settings,
    rules: look.rules ?? before.rules,
    said,
  }
  return { news, memory }
}

function reachability({ reachable }: Memory, { failure }: Look): WatchNews[] {
  if (failure !== undefined) {
    return reachable === false ? [] : [{ type: 'unreachable', why: failure }]
  }
  return reachable === false ? [{ type: 'reachable' }] : []
}

const byAddress = ({ certificates }: Look): Memory['certificates'] =>
  new Map(certificates.map(({ address, certificate }) => [address, certificate]))

function tlsChanges(before: Memory, look: Look): WatchNews[] {
  const lost = look.withoutTls.filter(({ address }) => !before.withoutTls.has(address))
  const restored = look.certificates.filter(({ address }) => before.withoutTls.has(address))
  return [
    ...lost.map((one) => ({ type: 'tls-lost', ...one }) as const),
    ...restored.map(({ address }) => ({ type: 'tls-restored', address }) as const),
  ]
}

/** An address that a look did not see, the whole server being away, is as it was. */
function withoutTls(before: Memory, look: Look): Memory['withoutTls'] {
  const now = byAddress(look)
  return new Map([
    ...[...before.withoutTls].filter(([address]) => !now.has(address)),
    ...look.withoutTls.map(({ address, why }) => [address, why] as const),
  ])
}

function certificateChanges({ certificates }: Memory, look: Look): WatchNews[] {
  return [...byAddress(look)].flatMap(([address, after]): WatchNews[] => {
    const before = certificates.get(address)
    if (!before || before.fingerprint256 === after.fingerprint256) return []
    const issuerChanged = before.issuer !== after.issuer
    const keyChanged = before.key !== after.key
    return [{ type: 'certificate-changed', address, before, after, issuerChanged, keyChanged }]
  })
}

const DAY = 86_400_000

function expiry(
  { certificates, at }: Look,
  { warningDays, criticalDays }: Levels,
  said: Set<string>,
): WatchNews[] {
  return certificates.flatMap(({ address, certificate }): WatchNews[] => {
    const daysLeft = Math.floor((Date.parse(certificate.validTo) - at.getTime()) / DAY)
    const level =
      daysLeft < criticalDays ? 'critical' : daysLeft < warningDays ? 'warning' : undefined
    const key = `${level} ${address} ${certificate.fingerprint256}`
    if (!level || said.has(key)) return []
    said.add(key)
    return [{ type: 'certificate-expiring', level, address, daysLeft, certificate }]
  })
}

function unseen({ unseen: list }: Look, said: Set<string>): WatchNews[] {
  return list.flatMap((one): WatchNews[] => {
    const key = `unseen ${one.what}`
    if (said.has(key)) return []
    said.add(key)
    return [{ type: 'not-visible', unseen: one }]
  })
}

const keyOf = ({ user, database, application, address, replication }: PlaintextClient): string =>
  JSON.stringify([user, database, application, address, replication])
const byClient = (clients: readonly PlaintextClient[]): Memory['clients'] =>
  new Map(clients.map((client) => [keyOf(client), client]))

function clientChanges(before: Memory, { plaintext }: Look): WatchNews[] {
  if (!plaintext) return []
  const now = byClient(plaintext)
  const fresh = [...now].filter(([key]) => !before.clients.has(key))
  const gone = [...before.clients].filter(([key]) => !now.has(key))
  return [
    ...fresh.map(([, client]) => ({ type: 'plaintext-session', client }) as const),
    ...gone.map(([, client]) => ({ type: 'plaintext-session-gone', client }) as const),
  ]
}

function settingChanges(before: Memory, { settings }: Look): WatchNews[] {
  if (!settings || !before.settings) return []
  const changed = [...settings].flatMap(([name, after]) => {
    const old = before.settings?.get(name)
    return old === undefined || old === after ? [] : [{ name, before: old, after }]
  })
  return changed.length > 0 ? [{ type: 'settings-changed', changes: changed }] : []
}

function ruleChanges(before: Memory, { rules }: Look): WatchNews[] {
  if (!rules || !before.rules || rules.join('\n') === before.rules.join('\n')) return []
  const [old, now] = [new Set(before.rules), new Set(rules)]
  // Only in another order, the lists are empty: the order decides, so that is a change, too.
  return [
    {
      type: 'rules-changed',
      added: rules.filter((rule) => !old.has(rule)),
      removed: before.rules.filter((rule) => !now.has(rule)),
    },
  ]
}
