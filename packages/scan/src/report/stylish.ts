import { styleText } from 'node:util'
import type { Reporter, ScanFinding, ScanReport, ScanSeverity } from '../model.js'
import { printable } from './escape.js'

type Style = Parameters<typeof styleText>[0]
type Paint = (style: Style, text: string) => string

const STYLES: Readonly<Record<ScanSeverity, Style>> = {
  error: 'red',
  warning: 'yellow',
  note: 'cyan',
}

/** For a terminal: findings by file, the line with the place underlined, the fix, a summary. */
export const stylish: Reporter = (report, { color }) => {
  const paint: Paint = color
    ? (style, text) => styleText(style, text, { validateStream: false })
    : (_, text) => text
  const counted = report.findings.filter(({ severity }) => severity !== 'note')
  const notes = report.findings.filter(({ severity }) => severity === 'note')
  const paths = [...new Set(counted.map(({ path }) => path))]
  const blocks = paths.map((path) => {
    const here = counted.filter((finding) => finding.path === path)
    return [
      paint('underline', printable(path)),
      ...here.map((finding) => block(finding, paint)),
    ].join('\n')
  })
  return `${[...blocks, noteLines(notes, paint), summary(report, paint)].filter(Boolean).join('\n\n')}\n`
}

function block(finding: ScanFinding, paint: Paint): string {
  const { at, severity, rule, frame, reader } = finding
  const [expected, actual, fix] = [finding.expected, finding.actual, finding.fix].map(printable)
  const style = STYLES[severity]
  const lines = [
    `  ${paint('dim', `${at.line}:${at.column}`)}  ${paint(style, severity)}  ${paint('bold', rule)}`,
  ]
  if (frame) {
    const gutter = String(frame.line)
    const blank = ' '.repeat(gutter.length)
    const mark = `${' '.repeat(frame.column - 1)}${'^'.repeat(frame.length)}`
    lines.push(
      `    ${paint('dim', `${gutter} |`)} ${printable(frame.text)}`,
      `    ${paint('dim', `${blank} |`)} ${paint(style, mark)}`,
    )
  }
  if (reader) lines.push(`    reader    ${printable(reader.sentence)}`)
  lines.push(`    expected  ${expected}`, `    found     ${actual}`, `    fix       ${fix}`)
  return lines.join('\n')
}

/** Notes count for nothing: one line each, the same ones of a file together. */
function noteLines(notes: readonly ScanFinding[], paint: Paint): string {
  const lines = new Map<string, number[]>()
  for (const { path, rule, local, actual, at } of notes) {
    const why = printable(local ?? actual)
    const text = `${printable(path)}  ${rule}  ${paint('dim', `(${why})`)}`
    lines.set(text, [...(lines.get(text) ?? []), at.line])
  }
  if (lines.size === 0) return ''
  const shown = [...lines].slice(0, MOST_NOTES)
  const left = lines.size - shown.length
  return [
    paint('underline', 'Notes'),
    ...shown.map(([text, at]) => `  ${text} ${paint('dim', `line ${at.join(', ')}`)}`),
    ...(left > 0 ? [`  and ${left} more: --format json lists them all`] : []),
  ].join('\n')
}

const MOST_NOTES = 30

function summary(
  { counts, files, fixable, suppressed, durationMillis }: ScanReport,
  paint: Paint,
): string {
  const plural = (count: number, word: string): string =>
    `${count} ${word}${count === 1 ? '' : 's'}`
  const found = (['error', 'warning', 'note'] as const)
    .map((it) => plural(counts[it], it))
    .join(', ')
  const clean = counts.error + counts.warning === 0
  const extra = [
    ...(fixable > 0 ? [`${fixable} fixable with --fix`] : []),
    ...(suppressed.length > 0 ? [`${suppressed.length} suppressed`] : []),
  ]
  const what = paint(clean ? 'green' : 'red', clean ? `clean (${found})` : found)
  const where = `${plural(files.scanned, 'file')}, ${files.parsed} of them parsed, ${durationMillis} ms`
  return [what, ...extra, paint('dim', where)].join('; ')
}
