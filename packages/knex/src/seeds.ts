import { PolicyError } from '@verify-full/core'
import type { DialectClass } from './client.js'
import { policyOf } from './dialect.js'

/** The part of Knex's Seeder that is touched (read from Knex 2.5 to 3.3). */
interface Seeder {
  readonly knex: { readonly client: { readonly constructor: DialectClass } }
  run(config: unknown): Promise<unknown>
}

/**
 * Makes `seed.run()` of guarded Knexes reject with the guard's own error. Knex makes a new one of every
 * error of a seed, which it keeps as `original` (Seeder.js, Knex 3.3.0); its class is the one place that
 * every Knex of that copy takes its seeds from, and others of it are left alone.
 */
export function rejectAsRefused(seeder: object): void {
  const prototype = Object.getPrototypeOf(seeder) as Seeder
  if (classes.has(prototype)) return
  classes.add(prototype)
  const { run } = prototype
  prototype.run = async function (this: Seeder, config) {
    try {
      return await run.call(this, config)
    } catch (error) {
      const original = (error as { original?: unknown } | null)?.original
      const ours = original instanceof PolicyError && policyOf(this.knex.client.constructor)
      throw ours ? original : error
    }
  }
}

const classes = new WeakSet<object>()
