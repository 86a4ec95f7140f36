import { rules } from '@verify-full/core'
import type { FindingView, ServerView, View } from './view.js'

/**
 * SARIF 2.1.0 for code scanning: a finding in a server's file points there, any other at the server.
 *
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function sarif({ servers }: View): string {
  const used = rules.filter(({ id }) =>
    servers.some(({ findings }) => findings.some(({ rule }) => rule === id)),
  )
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'verify-full audit',
            rules: used.map(({ id, severity }) => ({
              id,
              help: { text: `docs/rules.md#${id}` },
              defaultConfiguration: { level: LEVELS[severity] },
            })),
          },
        },
        results: servers.flatMap((server) =>
          server.findings.map((finding) => result(server, finding)),
        ),
      },
    ],
  }
  return `${JSON.stringify(log, null, 2)}\n`
}

const LEVELS = { violation: 'error', warning: 'warning' } as const

const result = (server: ServerView, finding: FindingView): object => ({
  ruleId: finding.rule,
  level: LEVELS[finding.severity],
  message: {
    text: `${server.server}: expected ${finding.expected}; found ${finding.found}. Fix: ${finding.fix}`,
  },
  locations: [
    {
      logicalLocations: [{ name: server.server, kind: 'resource' }],
      physicalLocation: {
        artifactLocation: { uri: uriOf(server, finding) },
        ...(finding.line ? { region: { startLine: finding.line } } : {}),
      },
    },
  ],
  partialFingerprints: {
    'verify-full/v1': [server.server, finding.rule, finding.from].join(' '),
  },
})

const uriOf = ({ server }: ServerView, { file }: FindingView): string =>
  file === undefined
    ? `postgres://${server.replace(/ .*/, '')}`
    : encodeURI(file.startsWith('/') ? `file://${file}` : file)
