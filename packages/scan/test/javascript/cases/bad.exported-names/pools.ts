import pg from 'pg'

/** No export of a class is meant by this word: export class */
export class PoolOfWorkers {}
export const first = 1,
  Second = pg.Pool
export const { Client } = pg
export { Pool as Renamed, type PoolConfig } from 'pg'
export * as everything from 'pg'
const Pool$ = pg.Pool
const $pool = pg.Pool
export { Pool$, $pool, $pool as 'any name' }
