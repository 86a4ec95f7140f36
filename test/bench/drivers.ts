/**
 * Raw beside guarded, pg and each library, on a real PostgreSQL with TLS. Fails on what is deterministic:
 * round trips, size, an exit that does not come; and on an import far above its limit. Ratios are printed only.
 */
import { tmpdir } from 'node:os'
import { guard } from '@verify-full/pg'
import pg from 'pg'
import { pki, postgres } from '../support/index.js'
import { addedImportTime, exitsByItself, installedSize } from './footprint.js'
import { type KeepAlive, keepAliveRatios } from './keep-alive.js'
import { libraries, type Open, pgClient } from './libraries.js'
import { checkouts, type Effort, firstQueryRatio, queries, ratio } from './ratios.js'
import { counter, roundTrips } from './round-trips.js'
import type { Rows } from './rows.js'

const LIMITS = {
  ratio: 0.99,
  importMillis: 15,
  registerMillis: 30,
  kilobytes: 500,
  exitMillis: 5000,
}

/** Adds the rows about the guards, and returns what they were measured on. */
export async function driverRows({ row, note }: Rows, smoke: boolean): Promise<string> {
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
  const request: KeepAlive = smoke ? { processes: 1, pairs: 4 } : { processes: 8, pairs: 120 }
  const pool = {
    raw: () => new pg.Pool({ ...config, max: 1 }),
    guarded: () => guard(new pg.Pool({ ...config, max: 1 })),
  }
  const ratioRow = (what: string, value: number) =>
    row(what, value.toFixed(3), `>= ${LIMITS.ratio}`, value >= LIMITS.ratio, false)
  const noise = queries(() => pgClient(config))
  note('query, raw / raw (the noise)', (await ratio(noise, noise, query)).toFixed(3))
  for (const { name, raw, guarded } of libraries) {
    const [a, b] = [() => raw(config), () => guarded(config)]
    ratioRow(`query, raw / guarded, ${name}`, await ratio(queries(a), queries(b), query))
    const first = await firstQueryRatio(a, b, smoke ? 4 : 100)
    // Its limit is the round trip below: on loopback the ratio is that of the server's time.
    note(`first query, raw / guarded, ${name}`, first.toFixed(3))
  }
  const same = await ratio(checkouts(pool.raw), checkouts(pool.raw), checkout)
  note('checkout, raw / raw (the noise)', same.toFixed(3))
  ratioRow(
    'checkout, raw / guarded',
    await ratio(checkouts(pool.raw), checkouts(pool.guarded), checkout),
  )

  const dialled = { ...config, port: proxy.port }
  const direct = { ...dialled, sslnegotiation: 'direct' } as pg.ClientConfig
  const trips = (connect: () => Promise<Open>) => roundTrips(proxy, connect, smoke ? 3 : 50)
  /** Up to the answer of the first query: Knex opens its connection with it, TypeORM asks more before it. */
  const withQuery = (connect: () => Promise<Open>) =>
    trips(async () => {
      const link = await connect()
      await link.query()
      return link
    })
  const tripRow = (what: string, counts: readonly number[], wanted: number) => {
    const [least, most] = [Math.min(...counts), Math.max(...counts)]
    const measured = least === most ? String(most) : `${least} to ${most}`
    row(`round trips, ${what}`, measured, String(wanted), least === wanted && most === wanted, true)
  }
  const plain = await trips(() => pgClient(dialled))
  const n = Math.min(...plain)
  tripRow('connect, raw', plain, n)
  tripRow('connect, guarded', await trips(() => pgClient(dialled, {})), n + 1)
  const eager = { gate: 'eager' } as const
  tripRow('connect, guarded, eager', await trips(() => pgClient(dialled, eager)), n)
  if (server.version >= 17) {
    tripRow('connect, guarded, eager, direct', await trips(() => pgClient(direct, eager)), n - 1)
  }

  for (const { name, raw, guarded } of libraries) {
    const counts = await withQuery(() => raw(dialled))
    const least = Math.min(...counts)
    tripRow(`first query, raw, ${name}`, counts, least)
    tripRow(`first query, guarded, ${name}`, await withQuery(() => guarded(dialled)), least + 1)
  }

  const { importMillis, registerMillis, kilobytes } = LIMITS
  const importRow = (what: string, millis: number, limit: number) => {
    const counts = !smoke && millis > 2 * limit
    row(what, `${millis.toFixed(1)} ms`, `<= ${limit}`, millis <= limit, counts)
  }
  const times = smoke ? 2 : 21
  importRow(
    'import, added CPU',
    await addedImportTime(times, ['@verify-full/pg'], { over: 'pg' }),
    importMillis,
  )
  // Over Node's own TLS, which every driver loads.
  const register = (cwd?: string) =>
    addedImportTime(times, ['@verify-full/register'], { over: 'node:tls', ...(cwd ? { cwd } : {}) })
  importRow('import of register, added CPU', await register(tmpdir()), registerMillis)
  // With the first driver comes its guard.
  importRow(
    'import of register and pg, added CPU',
    await addedImportTime(times, ['@verify-full/register', 'pg'], { over: 'pg', cwd: tmpdir() }),
    registerMillis,
  )
  // Where postgres.js is installed, Node before 22.15 needs a loader thread for it.
  note('import of register beside postgres.js, CPU', `${(await register()).toFixed(1)} ms`)
  const http = await keepAliveRatios(request)
  note('HTTP keep-alive, without register (the noise)', http.noise.toFixed(3))
  ratioRow('HTTP keep-alive, past the sentinel / through it', http.register)
  const size = installedSize() / 1024
  row('size, core + pg', `${size.toFixed(0)} KB`, `<= ${kilobytes}`, size <= kilobytes, true)
  const exits = await exitsByItself(config, LIMITS.exitMillis)
  row('exits after pool.end()', exits ? 'yes' : 'no', 'yes', exits, true)
  return `PostgreSQL ${server.version}`
}
