import type { Examined } from './examine.js'
import type { ScanFinding, ScanReport, ScanSeverity, Suppressed } from './model.js'
import type { ScanOptions } from './options.js'

/** What was examined as one report, whoever was first. */
export function reportOn(
  examined: readonly Examined[],
  files: ScanReport['files'],
  { baseline }: ScanOptions,
  started: number,
): ScanReport {
  const found = examined.flatMap((it) => it.findings)
  const known = found.filter(({ fingerprint }) => baseline?.has(fingerprint))
  const findings = found.filter(({ fingerprint }) => !baseline?.has(fingerprint))
  const suppressed = [
    ...examined.flatMap((it) => it.suppressed),
    ...known.map((finding): Suppressed => ({ finding, by: 'baseline' })),
  ]
  const counts: Record<ScanSeverity, number> = { error: 0, warning: 0, note: 0 }
  for (const { severity } of findings) counts[severity]++
  return {
    version: 1,
    findings: findings.sort(byPlace),
    suppressed: suppressed.sort((a, b) => byPlace(a.finding, b.finding)),
    files,
    counts,
    fixable: findings.filter(({ edits }) => edits).length,
    durationMillis: Math.round(performance.now() - started),
  }
}

const byPlace = (a: ScanFinding, b: ScanFinding): number =>
  a.path < b.path ? -1 : a.path > b.path ? 1 : a.at.offset - b.at.offset
