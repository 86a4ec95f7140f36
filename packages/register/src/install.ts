import { warnOfUnguarded } from './absent.js'
import { hookLoading } from './hooks.js'
import { processPolicy } from './policy.js'
import { watchSockets } from './sentinel.js'
import { sayViolations } from './stderr.js'

/** Once per thread, however often and by whichever of its copies it is loaded. */
const INSTALLED = Symbol.for('@verify-full/register')

/** Reads the policy and puts the guard and the sentinel in place; a bad policy ends the process. */
export function install(): void {
  const place = globalThis as { [INSTALLED]?: true }
  if (place[INSTALLED]) return
  place[INSTALLED] = true
  const policy = processPolicy(process.env, process.cwd())
  sayViolations(policy)
  watchSockets(policy)
  hookLoading(policy)
  warnOfUnguarded(process.env, process.cwd())
}
