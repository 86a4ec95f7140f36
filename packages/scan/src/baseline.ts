import type { ScanReport } from './model.js'

/** A file of findings that are known and not counted. Holds no text of the files it is about. */
interface BaselineFile {
  readonly version: 1
  readonly findings: readonly BaselineEntry[]
}

interface BaselineEntry {
  readonly fingerprint: string
  readonly rule: string
  readonly path: string
}

/** The baseline that would hide what a report counts, and keep what it hides already; sorted. */
export function formatBaseline({ findings, suppressed }: ScanReport): string {
  const known = suppressed.filter(({ by }) => by === 'baseline').map(({ finding }) => finding)
  const entries = [...findings, ...known]
    .filter(({ severity }) => severity !== 'note')
    .map(({ fingerprint, rule, path }): BaselineEntry => ({ fingerprint, rule, path }))
    .sort((a, b) => (a.path + a.fingerprint < b.path + b.fingerprint ? -1 : 1))
  const file: BaselineFile = { version: 1, findings: entries }
  return `${JSON.stringify(file, null, 2)}\n`
}

/**
 * The fingerprints of a baseline file.
 *
 * @throws TypeError where the text is none.
 */
export function parseBaseline(text: string): ReadonlySet<string> {
  let file: Partial<BaselineFile> | null
  try {
    file = JSON.parse(text)
  } catch (cause) {
    throw new TypeError('the baseline is no valid JSON', { cause })
  }
  if (file?.version !== 1 || !Array.isArray(file.findings)) {
    throw new TypeError('the baseline is none of version 1: write it with --update-baseline')
  }
  return new Set(file.findings.map(({ fingerprint }) => String(fingerprint)))
}
