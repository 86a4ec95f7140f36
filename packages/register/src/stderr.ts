import { subscribe } from 'node:diagnostics_channel'
import { writeSync } from 'node:fs'
import type { Policy, Report } from '@verify-full/core'
import { core } from './lazily.js'

/** More distinct violations than anybody reads; then memory is not spent on them. */
const MOST = 1000

/**
 * One line on stderr for each distinct violation, from now on: at once where violations are only reported, and
 * where they are refused at the end of a process that fails, since some commands (drizzle-kit) end with an
 * exit code and without the error that they have caught.
 */
export function sayViolations({ reportOnly }: Policy): void {
  const seen = new Set<string>()
  const say = reportOnly ? write : atFailingEnd()
  // Not core's events: a loader (tsx) may have made another copy of core for the guards.
  subscribe('verify-full:violation', (report) => {
    try {
      for (const [key, line] of linesOf(report as Report)) {
        if (seen.has(key) || seen.size >= MOST) continue
        seen.add(key)
        say(line)
      }
    } catch (error) {
      // What a subscriber throws would end the process.
      process.emitWarning(`A violation cannot be shown: ${error}`, { code: 'VERIFY_FULL_LISTENER' })
    }
  })
}

function linesOf({
  driver,
  endpoint,
  violations,
  enforced,
}: Report): (readonly [string, string])[] {
  const { formatEndpoint, formatOrigin } = core()
  const verb = enforced ? 'refused' : 'would refuse'
  return violations.map(({ rule, origin, actual, fix }) => {
    const from = formatOrigin(origin)
    const what = `verify-full ${verb} ${driver} to ${formatEndpoint(endpoint)}: ${rule}`
    return [`${what} ${from}`, `${what}: ${actual} (from ${from}; fix: ${fix})\n`]
  })
}

function atFailingEnd(): (line: string) => void {
  const lines: string[] = []
  return (line) => {
    if (lines.push(line) > 1) return
    process.once('exit', (code) => {
      // A line of its own, whatever a spinner has left there.
      if (code !== 0) write(['\n', ...lines].join(''))
    })
  }
}

/** At once: after `exit` nothing is written any more. */
function write(line: string): void {
  try {
    writeSync(2, line)
  } catch {
    // Nobody reads stderr, or slower than it is written to: no reason to end a process.
  }
}
