import type { Reporter, ScanSeverity } from '../model.js'
import { printable } from './escape.js'

const SEVERITIES: Readonly<Record<ScanSeverity, string>> = {
  error: 'critical',
  warning: 'minor',
  note: 'info',
}

/**
 * GitLab's code quality report: shown in merge requests. Fingerprints are unique, as it demands.
 *
 * @see https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
 */
export const gitlab: Reporter = ({ findings }) =>
  `${JSON.stringify(
    findings.map(({ rule, severity, path, at, actual, fix, fingerprint }) => ({
      description: printable(`${actual}. Fix: ${fix}`),
      check_name: rule,
      fingerprint,
      severity: SEVERITIES[severity],
      location: { path: printable(path), lines: { begin: at.line, end: at.endLine } },
    })),
    null,
    2,
  )}\n`
