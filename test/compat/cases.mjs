/**
 * What an application does: opens its library on each target that it is told, one after the other in one
 * process, and says what its caller got and what was published. Knows the guard by its channels only.
 */
import diagnostics from 'node:diagnostics_channel'
import { inspect } from 'node:util'

/** Longer than the largest library takes to load, and then to be refused, on a busy machine. */
const PATIENCE_MILLIS = 45_000
/** Where libraries put what they have caught. */
const INNER = ['cause', 'parent', 'original']

/** Runs every case of COMPAT_CASES with `open` or `inject` of the library. */
export async function runCases(library, load) {
  const stray = []
  for (const event of ['unhandledRejection', 'uncaughtException']) {
    process.on(event, (error) => stray.push(inspect(error)))
  }
  const { mode, cases } = JSON.parse(process.env.COMPAT_CASES)
  const results = {}
  for (const { name, config, dsn } of cases) {
    results[name] = await runCase(() => library[mode](config, load, dsn))
  }
  // What is still connected or waiting is no concern of the cases; the contract looks at that.
  process.stdout.write(`${JSON.stringify({ results, stray })}\n`, () => process.exit())
}

async function runCase(open) {
  const reports = []
  const sessions = []
  const onViolation = (report) => reports.push(report)
  const onSession = ({ session }) => sessions.push(session.server?.ssl ?? null)
  diagnostics.subscribe('verify-full:violation', onViolation)
  diagnostics.subscribe('verify-full:session', onSession)
  const outcome = await within(attempt(open))
  diagnostics.unsubscribe('verify-full:violation', onViolation)
  diagnostics.unsubscribe('verify-full:session', onSession)
  if (!('error' in outcome)) return { ...outcome, sessions }
  const { error } = outcome
  return {
    outcome: 'refused',
    sessions,
    rules: reports.flatMap(({ violations }) => violations.map(({ rule }) => rule)),
    seen: seenBy(error, reports),
    said: inspect(error, { depth: 8, showHidden: true }),
  }
}

async function attempt(open) {
  let database
  try {
    database = await open()
    await database.query("select 'compat' as v")
    return { outcome: 'ran' }
  } catch (error) {
    return { error }
  } finally {
    // A pool that has never connected may refuse to be closed: that is not what is asked here.
    await database?.close()?.catch?.(() => {})
  }
}

function within(promise) {
  let timer
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MILLIS, { outcome: 'hangs' })
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

/** The guard's own error in what was caught, and the way to it: `''`, `.cause`, `.parent.cause`. */
export function refusalIn(error, path = '') {
  if (typeof error !== 'object' || error === null || path.split('.').length > 4) return undefined
  if (error.name === 'PolicyError' && error.report) return { refusal: error, path }
  for (const key of INNER) {
    const found = refusalIn(error[key], `${path}.${key}`)
    if (found) return found
  }
  return undefined
}

/** Where the caller finds the guard's own error: its report is the very object that was published. */
function seenBy(error, reports) {
  const { refusal, path } = refusalIn(error) ?? {}
  if (refusal && reports.includes(refusal.report)) return path || 'same'
  if (reports.length === 0 && NODES_OWN.test(error?.code)) return "Node's own"
  if (reports.some((report) => isTold(error, report))) return 'code and text'
  return `hidden in ${error?.name}`
}

/** Whether an error of the library's own has the guard's code, and all that the report says. */
const isTold = ({ code, message } = {}, { violations }) =>
  String(code).startsWith('ERR_VERIFY_FULL_') &&
  violations.every((it) => [it.rule, it.actual, it.fix].every((text) => message.includes(text)))

/** What Node says of a certificate itself: a correct configuration needs no guard for that. */
const NODES_OWN = /^(?:UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_|ERR_TLS_)/
