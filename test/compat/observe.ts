/** Runs one application of a library, and says what it and the servers have seen. */

import { run, type Workshop } from '../register/process.js'
import type { Format, Library, Mode } from './applications.js'
import { type CaseName, startServers, type World } from './servers.js'
import { HERE } from './wanted.js'

/** All cases of one application on a busy machine. */
const LIMIT_MILLIS = 100_000

interface Result {
  readonly outcome: 'ran' | 'refused' | 'hangs'
  readonly sessions: readonly unknown[]
  readonly rules?: readonly string[]
  /** Where the caller finds the guard's error. */
  readonly seen?: string
  /** The whole of what the caller caught. */
  readonly said?: string
}

/** What holds for one library, guarded in one way: a row of the page. */
export interface Facts {
  readonly beforeSocket: boolean
  readonly beforeStartup: boolean
  readonly sessionChecked: boolean
  readonly seen: string
}

export interface Application {
  readonly library: Library
  readonly mode: Mode
  readonly format: Format
  readonly node: string
  /** What node is given; the application of the format where there is nothing. */
  readonly args?: readonly string[]
  /** What `--import` loads, in this order; register where there is nothing. */
  readonly preloads?: readonly string[]
}

export interface Observed {
  /** Why the application did not run; nothing else is known then. */
  readonly missing?: string
  readonly facts?: Facts
  /** What must never be, whatever the page says. */
  readonly breaches: readonly string[]
  /** For whoever reads a failure. */
  readonly details?: string
  readonly stderr?: string
}

const BELOW: readonly CaseName[] = ['plaintext', 'unverified']
const UNTRUSTED: readonly CaseName[] = [...BELOW, 'other-ca']

/** Starts the application in a process of its own, with all cases. */
export async function observe(
  world: World,
  place: Workshop,
  { library, mode, format, node, args, preloads = [place.register] }: Application,
): Promise<Observed> {
  await using servers = await startServers(world, library.stateful ?? false)
  const { stdout, stderr, code } = await run(
    { ...place, folder: HERE },
    args ?? [format === 'CJS' ? 'child.cjs' : 'child.mjs'],
    {
      ...(mode === 'open'
        ? { NODE_OPTIONS: preloads.map((preload) => `--import=${preload}`).join(' ') }
        : {}),
      COMPAT_LIBRARY: library.id,
      COMPAT_GUARDS: JSON.stringify(place.entries),
      COMPAT_CASES: JSON.stringify({ mode, cases: servers.cases }),
    },
    node,
    LIMIT_MILLIS,
  )
  const last = stdout.split('\n').at(-1) ?? ''
  if (!last.startsWith('{')) return { missing: stderr || `exit code ${code}`, breaches: [] }
  const { results, stray } = JSON.parse(last) as {
    results: Record<CaseName, Result>
    stray: readonly string[]
  }
  const { verified, 'not-ssl': notSsl } = results
  const isRefused = (name: CaseName) => results[name].outcome === 'refused'
  const places = [...UNTRUSTED, 'not-ssl' as const].map((name) => results[name].seen ?? 'nothing')
  const facts: Facts = {
    beforeSocket: BELOW.every((name) => isRefused(name) && servers.seen(name).connections === 0),
    beforeStartup: UNTRUSTED.every((name) => isRefused(name) && servers.seen(name).bytes === 0),
    sessionChecked:
      verified.sessions.length > 0 &&
      verified.sessions.every((ssl) => ssl === true) &&
      notSsl.rules?.includes('session-not-ssl') === true &&
      servers.seen('not-ssl').queries === 0,
    seen: [...new Set(format === 'bundle' ? places.slice(0, -1) : places)].join(', '),
  }
  const { password } = world.server
  const breaches = {
    [`the verified configuration does not work: ${verified.said ?? verified.outcome}`]:
      verified.outcome !== 'ran',
    [`uncaught: ${stray.join()}`]: stray.length > 0,
    [`exit code ${code}: ${stderr}`]: code !== 0,
    [`the caller does not find the guard's error: ${facts.seen}`]: facts.seen.includes('hidden'),
    'the password is in an error':
      stderr.includes(password) ||
      Object.values(results).some(({ said }) => said?.includes(password)),
  }
  return {
    facts,
    breaches: Object.keys(breaches).filter((breach) => breaches[breach]),
    details: JSON.stringify(results, undefined, 1),
    stderr,
  }
}
