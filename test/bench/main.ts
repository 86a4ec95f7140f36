/**
 * Everything that is measured, in one run. `--smoke`: few iterations. `--only drivers`, `scan` or
 * `servers`: that part alone.
 */
import { driverRows } from './drivers.js'
import type { Rows } from './rows.js'
import { scanRows } from './scan.js'
import { serverRows } from './servers.js'

const PARTS: Readonly<Record<string, (to: Rows, smoke: boolean) => string | Promise<string>>> = {
  drivers: driverRows,
  scan: scanRows,
  servers: serverRows,
}

const smoke = process.argv.includes('--smoke')
const only = process.argv.includes('--only')
  ? process.argv[process.argv.indexOf('--only') + 1]
  : undefined
if (only !== undefined && !Object.hasOwn(PARTS, only)) {
  throw new TypeError(`--only is one of ${Object.keys(PARTS).join(', ')}`)
}

type Row = readonly [what: string, measured: string, wanted: string, outcome: string]
const rows: Row[] = []
let failed = false
const to: Rows = {
  row(what, measured, wanted, met, counts) {
    rows.push([what, measured, wanted, met ? 'pass' : counts ? 'FAIL' : 'miss'])
    if (!met && counts) failed = true
  },
  note: (what, measured) => rows.push([what, measured, '', '']),
}

const on: string[] = []
for (const [name, part] of Object.entries(PARTS)) {
  if (only === undefined || only === name) on.push(await part(to, smoke))
}

const widths = [0, 1, 2, 3].map((i) => Math.max(...rows.map((cells) => cells[i]?.length ?? 0)))
for (const cells of rows) {
  console.log(
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
console.log(`\n${on.join(', ')}, Node ${process.version}${smoke ? ', smoke' : ''}`)
process.exitCode = failed ? 1 : 0
