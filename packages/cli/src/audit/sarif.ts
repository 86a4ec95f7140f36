import { rules } from '@verify-full/core'
import { type SarifResult, sarifLog } from '@verify-full/scan'
import { VERSION } from '../version.js'
import type { FindingView, ServerView, View } from './view.js'

/** For code scanning: a finding in a server's file points there, any other at the server. */
export function sarif({ at, servers }: View): string {
  const used = rules.filter(({ id }) =>
    servers.some(({ findings }) => findings.some(({ rule }) => rule === id)),
  )
  return sarifLog({
    tool: 'verify-full audit',
    version: VERSION,
    now: new Date(at),
    rules: [
      ...used.map(({ id, severity }) => ({
        id,
        help: { text: `docs/rules.md#${id}` },
        defaultConfiguration: { level: LEVELS[severity] },
      })),
      ...(servers.some(({ unseen }) => unseen.length > 0) ? [NOT_SEEN] : []),
    ],
    results: servers.flatMap((server) => [
      ...server.findings.map((finding) => resultOf(server, finding)),
      ...server.unseen.map((unseen) => unseenOf(server, unseen)),
    ]),
  })
}

/** What could not be seen is a result of its own: a report without results reads as clean. */
const NOT_SEEN = {
  id: 'not-seen',
  help: { text: 'docs/audit.md' },
  defaultConfiguration: { level: 'warning' },
} as const

const unseenOf = (
  server: ServerView,
  { what, why, fix }: ServerView['unseen'][number],
): SarifResult => ({
  rule: NOT_SEEN.id,
  level: 'warning',
  message: `${server.server}: not seen: ${what}: ${why}. Fix: ${fix}`,
  location: {
    logicalLocations: [{ name: server.server, kind: 'resource' }],
    physicalLocation: { artifactLocation: { uri: serverUri(server) } },
  },
  fingerprint: [server.server, NOT_SEEN.id, what].join(' '),
})

const LEVELS = { violation: 'error', warning: 'warning' } as const

const resultOf = (server: ServerView, finding: FindingView): SarifResult => ({
  rule: finding.rule,
  level: LEVELS[finding.severity],
  message: `${server.server}: expected ${finding.expected}; found ${finding.found}. Fix: ${finding.fix}`,
  location: {
    logicalLocations: [{ name: server.server, kind: 'resource' }],
    physicalLocation: {
      artifactLocation: { uri: uriOf(server, finding) },
      ...(finding.line ? { region: { startLine: finding.line } } : {}),
    },
  },
  fingerprint: [server.server, finding.rule, finding.from].join(' '),
})

const serverUri = ({ server }: ServerView): string => `postgres://${server.replace(/ .*/, '')}`

const uriOf = (server: ServerView, { file }: FindingView): string =>
  file === undefined ? serverUri(server) : encodeURI(file.startsWith('/') ? `file://${file}` : file)
