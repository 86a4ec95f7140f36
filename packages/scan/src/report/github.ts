import type { Reporter, ScanFinding, ScanSeverity } from '../model.js'
import { printable } from './escape.js'

const COMMANDS: Readonly<Record<ScanSeverity, string>> = {
  error: 'error',
  warning: 'warning',
  note: 'notice',
}

/**
 * Workflow commands: GitHub shows them at the lines of a pull request.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
export const github: Reporter = ({ findings, counts }) => {
  const { error, warning, note } = counts
  const lines = findings.map(annotation)
  return `${[...lines, `verify-full: ${error} errors, ${warning} warnings, ${note} notes`].join('\n')}\n`
}

function annotation({ severity, path, at, rule, reader, actual, fix }: ScanFinding): string {
  const properties = {
    file: path,
    line: at.line,
    endLine: at.endLine,
    // GitHub takes columns only where both are on one line.
    ...(at.line === at.endLine ? { col: at.column, endColumn: at.endColumn } : {}),
    title: rule,
  }
  const written = Object.entries(properties).map(([key, it]) => `${key}=${property(String(it))}`)
  const message = [...(reader ? [reader.sentence] : []), `Found: ${actual}`, `Fix: ${fix}`]
  return `::${COMMANDS[severity]} ${written.join(',')}::${data(message.join('\n'))}`
}

const data = (text: string): string =>
  printable(text).replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A')

const property = (text: string): string => data(text).replace(/:/g, '%3A').replace(/,/g, '%2C')
