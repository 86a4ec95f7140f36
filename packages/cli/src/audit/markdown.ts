import { printable } from '../printable.js'
import { describe, plaintextOf, sessionsOf } from './text.js'
import { daysLeftOf, type ServerView, type View } from './view.js'

/** For pull requests, tickets and wikis. */
export function markdown({ at, status, servers }: View): string {
  const rows = servers.map((server) => [
    server.status,
    server.server,
    server.role,
    server.expires ? `${server.expires.validTo.slice(0, 10)} (${daysLeftOf(server.expires)})` : '-',
    plaintextOf(server),
    sessionsOf(server),
  ])
  const head = ['Status', 'Server', 'Role', 'Certificate until', 'Plaintext', 'Plaintext sessions']
  const lines = [head, head.map(() => '---'), ...rows].map(
    (row) => `| ${row.map(escaped).join(' | ')} |`,
  )
  const title = `# verify-full audit: ${status}\n\n${at}\n`
  return [title, ...lines, ...servers.flatMap(details), ''].join('\n')
}

function details(server: ServerView): string[] {
  const items = [
    ...server.findings.map(
      ({ rule, found, from, fix }) =>
        `- **${rule}**: ${escaped(found)}. From: ${escaped(from)}. Fix: ${escaped(fix)}`,
    ),
    ...server.unseen.map(
      ({ what, why, fix }) =>
        `- **not seen**: ${escaped(what)}: ${escaped(why)}. Fix: ${escaped(fix)}`,
    ),
    ...server.waived.map(
      ({ rule, reason, until }) =>
        `- waived: ${rule} until ${until.slice(0, 10)}: ${escaped(reason)}`,
    ),
    ...server.survivors.map((session) => `- older than the rules: ${escaped(describe(session))}`),
  ]
  return items.length === 0 ? [] : ['', `## ${escaped(server.server)}`, '', ...items]
}

/** What a server or a client chose is shown as text, whatever it looks like. */
const escaped = (text: string): string => printable(text).replace(/[\\`*_[\]<>|#&!]/g, '\\$&')
