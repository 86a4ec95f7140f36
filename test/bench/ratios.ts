/** What an open gate costs: raw and guarded in turn, so that both see the same machine. */
import type pg from 'pg'
import type { Open } from './libraries.js'

/** One side of a comparison; `prepare` makes what is warm, `batch` says what so many calls took. */
export interface Side<T> {
  prepare(): Promise<T>
  batch(warm: T, calls: number): Promise<number>
  dispose(warm: T): Promise<unknown>
}

export interface Effort {
  /** Fresh connections that often: two backends are never equally fast. */
  readonly rounds: number
  /** Pairs of batches per round. */
  readonly pairs: number
  /** Calls per batch: short, so that a disturbance spoils few pairs. */
  readonly batch: number
}

/** Median over all pairs of (time of raw / time of guarded): 1 is no cost, 0.99 is one percent. */
export async function ratio<T>(raw: Side<T>, guarded: Side<T>, effort: Effort): Promise<number> {
  const ratios: number[] = []
  for (let round = 0; round < effort.rounds; round++) {
    // Which side connects first alternates too.
    const flipped = round % 2 === 1
    const first = await (flipped ? guarded : raw).prepare()
    const second = await (flipped ? raw : guarded).prepare()
    const [a, b] = flipped ? [second, first] : [first, second]
    const timed = (side: Side<T>, warm: T): Promise<number> => side.batch(warm, effort.batch)
    await timed(raw, a)
    await timed(guarded, b)
    for (let pair = 0; pair < effort.pairs; pair++) {
      // A B, B A, A B: a drift of the machine hits both sides alike.
      if (pair % 2 === 0) {
        const time = await timed(raw, a)
        ratios.push(time / (await timed(guarded, b)))
      } else {
        const time = await timed(guarded, b)
        ratios.push((await timed(raw, a)) / time)
      }
    }
    await raw.dispose(a)
    await guarded.dispose(b)
  }
  return median(ratios)
}

/** Nanoseconds of one call after the other. */
const timedOver =
  <T>(call: (warm: T) => Promise<unknown>): Side<T>['batch'] =>
  async (warm, calls) => {
    const start = process.hrtime.bigint()
    for (let i = 0; i < calls; i++) await call(warm)
    return Number(process.hrtime.bigint() - start)
  }

/** `select 1` on a connection that is open; Knex opens its own with the first query. */
export const queries = (open: () => Promise<Open>): Side<Open> => ({
  async prepare() {
    const link = await open()
    await link.query()
    return link
  },
  batch: timedOver((link) => link.query()),
  dispose: (link) => link.close(),
})

/**
 * Median over pairs of (raw / guarded) of the time from nothing to the answer of the first query; TLS and
 * authentication are most of it.
 */
export async function firstQueryRatio(
  raw: () => Promise<Open>,
  guarded: () => Promise<Open>,
  pairs: number,
): Promise<number> {
  const timed = async (open: () => Promise<Open>): Promise<number> => {
    const start = process.hrtime.bigint()
    const link = await open()
    await link.query()
    const time = Number(process.hrtime.bigint() - start)
    await link.close()
    return time
  }
  const ratios: number[] = []
  for (let pair = 0; pair < pairs; pair++) {
    const flipped = pair % 2 === 1
    const first = await timed(flipped ? guarded : raw)
    const second = await timed(flipped ? raw : guarded)
    ratios.push(flipped ? second / first : first / second)
  }
  return median(ratios)
}

/** `pool.connect()` and `release()` where the pool has an idle client. */
export const checkouts = (make: () => pg.Pool): Side<pg.Pool> => ({
  async prepare() {
    const pool = make()
    await pool.query('select 1')
    return pool
  },
  batch: timedOver(async (pool) => {
    const client = await pool.connect()
    client.release()
  }),
  dispose: (pool) => pool.end(),
})

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}
