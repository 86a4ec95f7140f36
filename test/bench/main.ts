/**
 * Raw pg beside guarded pg, in one run on a real PostgreSQL with TLS. Fails on what is deterministic: round
 * trips, size, an exit that does not come; and on an import far above its limit. Ratios are printed only.
 * `--smoke`: few iterations.
 */
import { guard } from '@verify-full/pg'
import pg from 'pg'
import { pki, postgres } from '../support/index.js'
import { addedImportTime, exitsByItself, installedSize } from './footprint.js'
import { checkouts, type Effort, queries, ratio } from './ratios.js'
import { counter, roundTrips } from './round-trips.js'
import { scanRows } from './scan.js'

const smoke = process.argv.includes('--smoke')
const LIMITS = { ratio: 0.99, importMillis: 15, kilobytes: 256, exitMillis: 5000 }

type Row = readonly [what: string, measured: string, wanted: string, outcome: string]
const rows: Row[] = []
let failed = false

function row(what: string, measured: string, wanted: string, met: boolean, counts: boolean): void {
  rows.push([what, measured, wanted, met ? 'pass' : counts ? 'FAIL' : 'miss'])
  if (!met && counts) failed = true
}

const { root } = await pki()
await using server = await postgres()
await using proxy = await counter(server.port)
const { host, port, user, password, database } = server
const config = { host, port, user, password, database, ssl: { ca: root.root } }

const query: Effort = smoke
  ? { rounds: 2, pairs: 10, batch: 5 }
  : { rounds: 20, pairs: 150, batch: 10 }
const checkout: Effort = smoke
  ? { rounds: 2, pairs: 10, batch: 20 }
  : { rounds: 20, pairs: 400, batch: 50 }
const client = { raw: () => new pg.Client(config), guarded: () => guard(new pg.Client(config)) }
const pool = {
  raw: () => new pg.Pool({ ...config, max: 1 }),
  guarded: () => guard(new pg.Pool({ ...config, max: 1 })),
}
const ratioRow = (what: string, value: number) =>
  row(what, value.toFixed(3), `>= ${LIMITS.ratio}`, value >= LIMITS.ratio, false)
const self = await ratio(queries(client.raw), queries(client.raw), query)
rows.push(['query, raw / raw (the noise)', self.toFixed(3), '', ''])
ratioRow('query, raw / guarded', await ratio(queries(client.raw), queries(client.guarded), query))
const same = await ratio(checkouts(pool.raw), checkouts(pool.raw), checkout)
rows.push(['checkout, raw / raw (the noise)', same.toFixed(3), '', ''])
ratioRow(
  'checkout, raw / guarded',
  await ratio(checkouts(pool.raw), checkouts(pool.guarded), checkout),
)

const dialled = { ...config, port: proxy.port }
const direct = { ...dialled, sslnegotiation: 'direct' } as pg.ClientConfig
const trips = (make: () => pg.Client) => roundTrips(proxy, make, smoke ? 3 : 50)
const plain = await trips(() => new pg.Client(dialled))
const n = Math.min(...plain)
const tripRow = (what: string, counts: readonly number[], wanted: number) => {
  const [least, most] = [Math.min(...counts), Math.max(...counts)]
  const measured = least === most ? String(most) : `${least} to ${most}`
  row(`round trips, ${what}`, measured, String(wanted), least === wanted && most === wanted, true)
}
tripRow('raw', plain, n)
const eager = { gate: 'eager' } as const
tripRow('guarded', await trips(() => guard(new pg.Client(dialled))), n + 1)
tripRow('guarded, eager', await trips(() => guard(new pg.Client(dialled), eager)), n)
if (server.version >= 17) {
  tripRow('guarded, eager, direct', await trips(() => guard(new pg.Client(direct), eager)), n - 1)
}

const millis = await addedImportTime(smoke ? 2 : 21)
const { importMillis, kilobytes } = LIMITS
const quick = millis <= importMillis
const counts = !smoke && millis > 2 * importMillis
row('import, added CPU', `${millis.toFixed(1)} ms`, `<= ${importMillis}`, quick, counts)
const size = installedSize() / 1024
row('size, core + pg', `${size.toFixed(0)} KB`, `<= ${kilobytes}`, size <= kilobytes, true)
const exits = await exitsByItself(config, LIMITS.exitMillis)
row('exits after pool.end()', exits ? 'yes' : 'no', 'yes', exits, true)
scanRows(row, smoke)

const widths = [0, 1, 2, 3].map((i) => Math.max(...rows.map((cells) => cells[i]?.length ?? 0)))
for (const cells of rows) {
  console.log(
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
console.log(`\nPostgreSQL ${server.version}, Node ${process.version}${smoke ? ', smoke' : ''}`)
process.exitCode = failed ? 1 : 0
