import type { Range, Reporter, ScanFinding, Suppressed } from '../model.js'
import { printable, uriOf } from './escape.js'
import { type SarifResult, sarifLog } from './sarif-log.js'

/** For code scanning: GitHub, Azure DevOps, IDEs. What is suppressed is in it, marked so. */
export const sarif: Reporter = ({ findings, suppressed }, { version, now }) => {
  const all = [...findings, ...suppressed.map(({ finding }) => finding)]
  return sarifLog({
    tool: 'verify-full',
    version,
    now,
    rules: [...new Map(all.map((it) => [it.rule, it])).values()].map(ruleOf),
    results: [
      ...findings.map((it) => resultOf(it)),
      ...suppressed.map((it) => resultOf(it.finding, it)),
    ],
  })
}

const resultOf = (finding: ScanFinding, suppression?: Suppressed): SarifResult => ({
  rule: finding.rule,
  level: finding.severity,
  message: messageOf(finding),
  location: {
    physicalLocation: {
      artifactLocation: { uri: uriOf(finding.path), uriBaseId: '%SRCROOT%' },
      region: {
        ...regionOf(finding.at),
        ...(finding.frame ? { snippet: { text: printable(finding.frame.text) } } : {}),
      },
    },
  },
  fingerprint: finding.fingerprint,
  more: {
    ...(finding.edits ? { fixes: [fixOf(finding)] } : {}),
    ...(suppression ? { suppressions: [suppressionOf(suppression)] } : {}),
  },
})

const messageOf = ({ actual, expected, fix, reader }: ScanFinding): string =>
  [
    ...(reader ? [`${reader.sentence}.`] : []),
    `Found: ${actual}.`,
    `Expected: ${expected}.`,
    `Fix: ${fix}.`,
  ].join(' ')

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
