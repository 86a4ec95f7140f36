import { core } from './lazily.js'

/** More distinct violations than anybody reads; then memory is not spent on them. */
const MOST = 1000

/** One line on stderr for each distinct violation, from now on. */
export function reportViolations(write: (line: string) => void = toStderr): void {
  const { events, formatEndpoint, formatOrigin } = core()
  const seen = new Set<string>()
  events.on('verify-full:violation', ({ driver, endpoint, violations }) => {
    for (const { rule, origin, actual, fix } of violations) {
      const where = `${driver} to ${formatEndpoint(endpoint)}`
      const key = `${where} ${rule} ${formatOrigin(origin)}`
      if (seen.has(key) || seen.size >= MOST) continue
      seen.add(key)
      const text = `${rule}: ${actual} (from ${formatOrigin(origin)}; fix: ${fix})`
      write(`verify-full would refuse ${where}: ${text}\n`)
    }
  })
}

const toStderr = (line: string): void => void process.stderr.write(line)
