import { printable } from '../printable.js'
import {
  counted,
  daysLeftOf,
  type FindingView,
  type ServerView,
  type SessionView,
  type View,
} from './view.js'

/** For a terminal: the servers in a table, then what was found of each. */
export function text({ servers, status }: View): string {
  const rows = servers.map((server) => [
    server.status,
    server.server,
    server.role,
    daysLeftOf(server.expires),
    plaintextOf(server),
    sessionsOf(server, `of ${server.sessions?.seen}`),
  ])
  const head = ['STATUS', 'SERVER', 'ROLE', 'CERTIFICATE', 'PLAINTEXT', 'SESSIONS IN PLAINTEXT']
  const blocks = servers.flatMap(details)
  return `${[...table([head, ...rows]), ...blocks, '', `${counted(servers.length, 'server')}: ${status}`].join('\n')}\n`
}

/** How many are in plaintext, of those that this role sees. */
export function sessionsOf({ sessions, unseen }: ServerView, more = ''): string {
  if (sessions === null) return 'not seen'
  const partial = unseen.some(({ what }) => what === 'sessions') ? '(not all seen)' : ''
  return [sessions.plaintext.length, more, partial].filter((part) => part !== '').join(' ')
}

/** Whether a client without TLS gets in, at any address. */
export function plaintextOf({ addresses }: Pick<ServerView, 'addresses'>): string {
  const answers = addresses.map(({ plaintext }) => plaintext)
  return answers.includes('accepted') ? 'accepted' : (answers[0] ?? 'not asked')
}

function table(rows: readonly (readonly string[])[]): string[] {
  const cells = rows.map((row) => row.map(printable))
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  )
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

function details(server: ServerView): string[] {
  const lines = [
    ...server.findings.flatMap(finding),
    ...server.unseen.flatMap(({ what, why, fix }) => [
      `  not seen: ${what}`,
      `    why       ${why}`,
      `    fix       ${fix}`,
    ]),
    ...server.waived.map(
      ({ rule, reason, until }) => `  waived: ${rule} until ${until.slice(0, 10)} (${reason})`,
    ),
    ...survivors(server.survivors),
  ]
  return lines.length === 0 ? [] : ['', server.server, ...lines].map(printable)
}

const finding = ({ rule, severity, expected, found, from, fix, docs }: FindingView): string[] => [
  `  ${severity === 'warning' ? 'warning: ' : ''}${rule}`,
  `    expected  ${expected}`,
  `    found     ${found}`,
  `    from      ${from}`,
  `    fix       ${fix}`,
  `    see       ${docs}`,
]

const survivors = (sessions: readonly SessionView[]): string[] =>
  sessions.length === 0
    ? []
    : [
        '  older than the rules, which would refuse them today:',
        ...sessions.map((session) => `    ${describe(session)}`),
      ]

/** One session in words. */
export const describe = (session: SessionView): string => {
  const where = session.replication ? 'replication' : `database ${session.database ?? '?'}`
  const application = session.application === '' ? '' : ` (${session.application})`
  const { user, address, since, ssl } = session
  return `user ${user}, ${where}${application}, from ${address ?? 'a socket'}, since ${since}${ssl ? '' : ', in plaintext'}`
}
