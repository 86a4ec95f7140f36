import { writeSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  definePolicy,
  findConfigFile,
  loadConfigFile,
  nearest,
  type Policy,
  type PolicyOptions,
} from '@verify-full/core/start'

type Env = Readonly<Record<string, string | undefined>>

/** What ends a process whose policy cannot be used: exit code of wrong usage, as the command has it. */
const EXIT_CODE = 2

/** The variables, and which option of the policy each of them sets. Documented in README.md. */
const OPTIONS: Readonly<Record<string, keyof PolicyOptions>> = {
  VERIFY_FULL_MINIMUM: 'minimum',
  VERIFY_FULL_ROOT_CERT: 'rootCert',
  VERIFY_FULL_MIN_TLS_VERSION: 'minTlsVersion',
  VERIFY_FULL_CHANNEL_BINDING: 'channelBinding',
  VERIFY_FULL_LOCAL: 'local',
  VERIFY_FULL_SESSION_CHECK: 'sessionCheck',
  VERIFY_FULL_GATE: 'gate',
  VERIFY_FULL_GATE_TIMEOUT_MILLIS: 'gateTimeoutMillis',
  VERIFY_FULL_CERTIFICATE_EXPIRY_DAYS: 'certificateExpiryDays',
}
const NUMBERS: readonly string[] = [
  'VERIFY_FULL_GATE_TIMEOUT_MILLIS',
  'VERIFY_FULL_CERTIFICATE_EXPIRY_DAYS',
]
const MODES: Readonly<Record<string, boolean>> = { enforce: false, 'report-only': true }
const OTHERS: readonly string[] = ['VERIFY_FULL_MODE', 'VERIFY_FULL_CONFIG']
const PREFIX = 'VERIFY_FULL_'

/**
 * The policy of a process: `verify-full.config.*` of the folder or one above it, each option replaced by
 * its variable. Ends the process with a readable error where it cannot be used: nothing runs unguarded.
 */
export function processPolicy(env: Env, folder: string): Policy {
  try {
    return readPolicy(env, folder)
  } catch (error) {
    const message = `@verify-full/register: ${messageOf(error)}\n`
    // A worker's process.exit() would end the thread only, and quietly. Asked here: no start needs it.
    if (!process.getBuiltinModule('node:worker_threads').isMainThread) throw new TypeError(message)
    writeSync(2, message)
    return process.exit(EXIT_CODE)
  }
}

/** {@link processPolicy} for callers that take a TypeError. */
export function readPolicy(env: Env, folder: string): Policy {
  refuseMisspelt(Object.keys(env))
  const { VERIFY_FULL_CONFIG: config } = env
  const path = config ? resolve(folder, config) : findConfigFile(folder)
  const options: Record<string, unknown> = path ? { ...loadConfigFile(path).options } : {}
  const named = (error: unknown) => new TypeError(`${path}: ${messageOf(error)}`)
  const fromFile = attempt(() => definePolicy(options), named)
  const written = Object.entries(OPTIONS).filter(([name]) => env[name])
  const mode = env.VERIFY_FULL_MODE
  if (written.length === 0 && !mode) return fromFile
  for (const [name, option] of written) {
    const value = NUMBERS.includes(name) ? Number(env[name]) : env[name]
    const wrong = (error: unknown) =>
      new TypeError(`environment variable ${name}: ${messageOf(error)}`)
    attempt(() => definePolicy({ [option]: value }), wrong)
    options[option] = value
  }
  if (mode && !Object.hasOwn(MODES, mode)) {
    const known = Object.keys(MODES).join(' or ')
    throw new TypeError(`environment variable VERIFY_FULL_MODE must be ${known}`)
  }
  if (mode) options.reportOnly = MODES[mode]
  return definePolicy(options)
}

/** What else one would call them, and options that have no variable. */
const MEANT: Readonly<Record<string, string>> = {
  REPORT_ONLY: 'VERIFY_FULL_MODE=report-only',
  DANGEROUSLY_ALLOW: 'dangerouslyAllow in verify-full.config.*',
  SSLMODE: 'VERIFY_FULL_MINIMUM',
  MINIMUM_SSLMODE: 'VERIFY_FULL_MINIMUM',
  SSLROOTCERT: 'VERIFY_FULL_ROOT_CERT',
  TLS_VERSION: 'VERIFY_FULL_MIN_TLS_VERSION',
  MINIMUM_TLS_VERSION: 'VERIFY_FULL_MIN_TLS_VERSION',
  GATE_TIMEOUT: 'VERIFY_FULL_GATE_TIMEOUT_MILLIS',
  EXPIRY_DAYS: 'VERIFY_FULL_CERTIFICATE_EXPIRY_DAYS',
}

/** A misspelt variable would leave the policy weaker than its author thinks, or refuse what was to be reported. */
function refuseMisspelt(names: readonly string[]): void {
  const known = [...Object.keys(OPTIONS), ...OTHERS]
  const short = (text: string) => text.slice(PREFIX.length)
  for (const name of names) {
    if (!name.toUpperCase().startsWith(PREFIX) || known.includes(name)) continue
    const near = nearest(short(name), [...known.map(short), ...Object.keys(MEANT)])
    if (near === undefined) continue
    const meant = MEANT[near] ?? `${PREFIX}${near}`
    throw new TypeError(`environment variable ${name}: did you mean ${meant}?`)
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error)

function attempt<T>(run: () => T, wrong: (error: unknown) => TypeError): T {
  try {
    return run()
  } catch (error) {
    throw wrong(error)
  }
}
