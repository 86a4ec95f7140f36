/**
 * What the guards and `watch()` see, as OpenTelemetry metrics. Needs `@opentelemetry/api`, an optional peer
 * that nothing else in this package loads.
 *
 * @module
 */
import { type Meter, metrics } from '@opentelemetry/api'
import { GUARD } from './telemetry/guard.js'
import { WATCH } from './telemetry/watch.js'

/** A running instrumentation. */
export interface Instrumentation {
  /** Listens no more; what was counted stays counted. */
  stop(): void
}

/**
 * Counts what every guard and every `watch()` of this process publishes, from now on. Without a meter it is
 * one of the global provider, so the SDK has to be started before.
 *
 * No attribute holds a user, a database, an application name, or the value of a setting.
 *
 * @example
 * import { instrument } from '@verify-full/server/opentelemetry'
 *
 * export const { stop } = instrument()
 */
export function instrument(
  meter: Meter = metrics.getMeter('@verify-full/server'),
): Instrumentation {
  const stops = [...GUARD, ...WATCH].map((start) => start(meter))
  return {
    stop: () => {
      for (const stop of stops) stop()
    },
  }
}
