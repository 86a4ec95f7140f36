import type { Diagnosis, Examination, Step } from '@verify-full/server'
import { printable } from '../printable.js'

const MARKS: Readonly<Record<Step['status'], string>> = {
  passed: 'ok',
  warning: 'note',
  failed: 'FAIL',
  skipped: '-',
}

/** The whole report of one host for a terminal. */
export function formatExamination({ host, port, steps, diagnoses }: Examination): string {
  const title = `${host.includes(':') ? `[${host}]` : host}:${port}`
  const rows = steps.map(({ id, status, detail }) =>
    `  ${MARKS[status].padEnd(5)} ${id.padEnd(18)} ${printable(detail)}`.trimEnd(),
  )
  const verdict =
    diagnoses.length === 0 ? ['', 'verified: everything that was examined is right'] : []
  return `${[title, ...rows, ...diagnoses.map(formatDiagnosis), ...verdict].join('\n')}\n`
}

function formatDiagnosis({ id, address, problem, fix, hint, docs }: Diagnosis): string {
  const lines = [
    ['found', problem],
    ['fix', fix],
    ...(hint ? [['provider', hint]] : []),
    ['docs', docs],
  ]
  const title = address ? `${id} (at ${address})` : id
  const body = lines.map(([key = '', text = '']) => `  ${key.padEnd(9)}${printable(text)}`)
  return `\n${title}\n${body.join('\n')}`
}
