import { printable } from './escape.js'

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json'

/** One finding, wherever it was found. */
export interface SarifResult {
  readonly rule: string
  readonly level: 'error' | 'warning' | 'note'
  readonly message: string
  readonly location: object
  /** What stays the same from run to run while the finding does. */
  readonly fingerprint: string
  /** Properties of a result that not every tool has: fixes, suppressions. */
  readonly more?: object
}

/** One run of one tool. */
export interface SarifRun {
  readonly tool: string
  readonly version: string
  readonly now: Date
  /** reportingDescriptors; every rule of a result is one of them. */
  readonly rules: readonly { readonly id: string }[]
  readonly results: readonly SarifResult[]
}

/**
 * SARIF 2.1.0, as text.
 *
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function sarifLog({ tool, version, now, rules, results }: SarifRun): string {
  const log = {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: tool, semanticVersion: version, rules } },
        columnKind: 'utf16CodeUnits',
        invocations: [{ executionSuccessful: true, endTimeUtc: now.toISOString() }],
        results: results.map(({ rule, level, message, location, fingerprint, more }) => ({
          ruleId: rule,
          ruleIndex: rules.findIndex(({ id }) => id === rule),
          level,
          message: { text: printable(message) },
          locations: [location],
          partialFingerprints: { 'verifyFull/v1': fingerprint },
          ...more,
        })),
      },
    ],
  }
  return `${JSON.stringify(log, null, 2)}\n`
}
