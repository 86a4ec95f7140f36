import { styleText } from 'node:util'
import type { Answer, Reason, Row } from './answer.js'

const HEAD = ['reader', 'dials', 'attempts', 'verifies', 'roots', 'not used', 'verdict'] as const

/** The answer as documented JSON (docs/explain.md). */
export const formatJson = (answer: Answer): string => `${JSON.stringify(answer, null, 2)}\n`

/** A table for the terminal, and below it why each reader would be refused. */
export function formatTable(answer: Answer, color: boolean): string {
  const paint = (format: 'red' | 'green' | 'dim' | 'bold', text: string) =>
    color ? styleText(format, text, { validateStream: false }) : text
  const cells = answer.rows.map(cellsOf)
  const widths = HEAD.map((title, column) =>
    Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)),
  )
  const line = (row: readonly string[]) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')
  const verdict = (row: readonly string[]) => {
    const last = row.at(-1) ?? ''
    const text = line(row).trimEnd()
    const painted = paint(last === 'accepted' ? 'green' : 'red', last)
    return last === '' ? text : text.slice(0, text.length - last.length) + painted
  }
  return [
    `What each reader makes of ${answer.source} (minimum ${answer.minimum})`,
    '',
    ...(cells.length > 0 ? [paint('bold', line(HEAD).trimEnd()), ...cells.map(verdict), ''] : []),
    ...answer.unread.map(({ reader, reason }) =>
      paint('dim', `${reader} cannot read it: ${reason}`),
    ),
    ...(answer.unread.length > 0 ? [''] : []),
    ...reasons(answer).flatMap(({ who, reason }) => [
      `${paint('bold', reason.rule)}  ${who.join('; ')}`,
      `  found  ${reason.actual}`,
      `  from   ${reason.from}`,
      `  fix    ${reason.fix}`,
      '',
    ]),
  ].join('\n')
}

/** The same for a merge request or an issue. */
export function formatMarkdown(answer: Answer): string {
  const row = (cells: readonly string[]) => `| ${cells.map(escapeCell).join(' | ')} |`
  return [
    `What each reader makes of ${escapeCell(answer.source)} (minimum \`${answer.minimum}\`):`,
    '',
    row(HEAD),
    `|${' --- |'.repeat(HEAD.length)}`,
    ...answer.rows.map(cellsOf).map(row),
    '',
    ...answer.unread.map(
      ({ reader, reason }) => `* ${escapeCell(reader)} cannot read it: ${escapeCell(reason)}`,
    ),
    ...reasons(answer).map(
      ({ who, reason }) =>
        `* **${reason.rule}** (${who.map(escapeCell).join('; ')}): ${escapeCell(reason.actual)}. Fix: ${escapeCell(reason.fix)}`,
    ),
    '',
  ].join('\n')
}

const cellsOf = (row: Row): string[] => [
  row.name === undefined ? row.label : `${row.label}: ${row.name}`,
  row.endpoint,
  row.attempts.join(', then '),
  row.verifies,
  row.roots,
  [...new Set(row.discarded.map(({ setting }) => setting))].join(', ') || '-',
  row.verdict === 'accepted' && row.unknown.length > 0 ? 'undetermined' : row.verdict,
]

/** Each reason once, with the readers it is one for. */
function reasons({ rows }: Answer): { who: string[]; reason: Reason }[] {
  const found = new Map<string, { who: string[]; reason: Reason }>()
  for (const { label, name, violations, warnings } of rows) {
    for (const reason of [...violations, ...warnings]) {
      const key = [reason.rule, reason.actual, reason.from, reason.fix].join('\n')
      const entry = found.get(key) ?? { who: [], reason }
      entry.who.push(name === undefined ? label : `${label}: ${name}`)
      found.set(key, entry)
    }
  }
  return [...found.values()].map(({ who, reason }) => ({ who: [...new Set(who)], reason }))
}

const escapeCell = (text: string): string =>
  text.replace(/[\\`*_[\]<>|~]/g, (character) => `\\${character}`).replace(/\s+/g, ' ')
