import type { Io } from '../command.js'

/** How long nothing is shown, and between two updates. */
const INTERVAL_MILLIS = 250

/** Counts files on stderr while a scan is long and somebody watches. */
export function progress({ stderr }: Io): { tick(files: number): void; clear(): void } {
  let last = performance.now()
  let shown = false
  return {
    tick(files) {
      if (!stderr.isTTY || files % 64 !== 0 || performance.now() - last < INTERVAL_MILLIS) return
      last = performance.now()
      shown = true
      stderr.write(`\r${files} files`)
    },
    clear() {
      if (shown) stderr.write('\r\x1b[K')
    },
  }
}
