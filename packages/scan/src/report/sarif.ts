import type { Range, Reporter, ScanFinding, Suppressed } from '../model.js'
import { printable, uriOf } from './escape.js'

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json'

/**
 * SARIF 2.1.0 for code scanning: GitHub, Azure DevOps, IDEs. What is suppressed is in it, marked so.
 *
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export const sarif: Reporter = ({ findings, suppressed }, { version, now }) => {
  const all = [...findings, ...suppressed.map(({ finding }) => finding)]
  const rules = [...new Map(all.map((it) => [it.rule, it])).values()]
  const indexOf = (finding: ScanFinding) => rules.findIndex(({ rule }) => rule === finding.rule)
  const result = (finding: ScanFinding, suppression?: Suppressed) => ({
    ruleId: finding.rule,
    ruleIndex: indexOf(finding),
    level: finding.severity,
    message: { text: messageOf(finding) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(finding.path), uriBaseId: '%SRCROOT%' },
          region: {
            ...regionOf(finding.at),
            ...(finding.frame ? { snippet: { text: printable(finding.frame.text) } } : {}),
          },
        },
      },
    ],
    partialFingerprints: { 'verifyFull/v1': finding.fingerprint },
    ...(finding.edits ? { fixes: [fixOf(finding)] } : {}),
    ...(suppression ? { suppressions: [suppressionOf(suppression)] } : {}),
  })
  const log = {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: 'verify-full', semanticVersion: version, rules: rules.map(ruleOf) },
        },
        columnKind: 'utf16CodeUnits',
        invocations: [{ executionSuccessful: true, endTimeUtc: now.toISOString() }],
        results: [
          ...findings.map((it) => result(it)),
          ...suppressed.map((it) => result(it.finding, it)),
        ],
      },
    ],
  }
  return `${JSON.stringify(log, null, 2)}\n`
}

const messageOf = ({ actual, expected, fix, reader }: ScanFinding): string =>
  printable(
    [
      ...(reader ? [`${reader.sentence}.`] : []),
      `Found: ${actual}.`,
      `Expected: ${expected}.`,
      `Fix: ${fix}.`,
    ].join(' '),
  )

const regionOf = ({ line, column, endLine, endColumn }: Range) => ({
  startLine: line,
  startColumn: column,
  endLine,
  endColumn,
})

const ruleOf = ({ rule, expected, docs }: ScanFinding) => ({
  id: rule,
  shortDescription: { text: `Expected: ${printable(expected)}` },
  help: { text: `See ${docs}` },
})

const fixOf = ({ path, edits = [], fix }: ScanFinding) => ({
  description: { text: printable(fix) },
  artifactChanges: [
    {
      artifactLocation: { uri: uriOf(path), uriBaseId: '%SRCROOT%' },
      replacements: edits.map(({ offset, length, text }) => ({
        deletedRegion: { charOffset: offset, charLength: length },
        insertedContent: { text },
      })),
    },
  ],
})

const suppressionOf = ({ by, reason }: Suppressed) => ({
  kind: by === 'ignore' ? 'inSource' : 'external',
  ...(reason === undefined ? {} : { justification: printable(reason) }),
})
