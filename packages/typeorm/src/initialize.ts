import { policyOf } from './driver.js'

/** A DataSource as far as its start and end are touched. */
interface Starting {
  readonly isInitialized: boolean
  readonly driver: {
    readonly postgres?: unknown
    readonly master?: unknown
    disconnect(): Promise<void>
  }
  initialize(): Promise<unknown>
}

/**
 * Makes `initialize()` of guarded DataSources disconnect where it fails. TypeORM does so only for what
 * comes late: when its first query fails, or its cache cannot be reached, all pools stay open
 * (DataSource.js, typeorm 1.1.1). Its class is the one place that knows; others of it are left alone.
 */
export function disconnectOnFailure(DataSource: { readonly prototype: object }): void {
  const prototype = DataSource.prototype as Starting
  if (classes.has(prototype)) return
  classes.add(prototype)
  const { initialize } = prototype
  prototype.initialize = async function (this: Starting) {
    try {
      return await initialize.call(this)
    } catch (error) {
      const { driver, isInitialized } = this
      // Without a master the pools are those whose first connection failed: ended already.
      if (!isInitialized && driver.master && policyOf(driver.postgres)) {
        await driver.disconnect().catch(() => {})
      }
      throw error
    }
  }
}

const classes = new WeakSet<object>()
