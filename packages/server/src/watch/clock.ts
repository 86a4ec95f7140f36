import type { Clock } from './types.js'

/** The real clock. Its timers keep no process alive: a service ends when its work does. */
export const CLOCK: Clock = {
  now: () => new Date(),
  random: Math.random,
  sleep: (millis, signal) =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, millis).unref()
      signal.addEventListener('abort', done, { once: true })
      if (signal.aborted) done()
    }),
}
