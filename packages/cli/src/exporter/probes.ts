import { audit, type ServerAudit } from '@verify-full/server'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Io } from '../command.js'
import { parseServer } from '../servers/account.js'
import { render } from './metrics.js'
import type { Module } from './modules.js'

export interface Answer {
  readonly status: number
  readonly body: string
}

/** What answers /probe and /metrics. */
export interface Probes {
  probe(
    parameters: URLSearchParams,
    scrapeTimeoutSeconds: number,
    signal: AbortSignal,
  ): Promise<Answer>
  metrics(): Promise<string>
}

const WITHOUT_ACCOUNT = ['versions', 'direct'] as const

/** Left for the answer to travel before Prometheus gives up. */
const MARGIN_MILLIS = 250

/** More than `concurrency` probes at a time are refused: Prometheus asks again. */
export function probes(
  modules: ReadonlyMap<string, Module>,
  concurrency: number,
  io: Pick<Io, 'now'>,
): Probes {
  const own = ownMetrics()
  let running = 0
  const run = async (
    module: Module,
    target: string,
    timeoutMillis: number,
    signal: AbortSignal,
  ): Promise<ServerAudit | undefined> => {
    const deadline = AbortSignal.timeout(timeoutMillis)
    try {
      const audited = module.target(parseServer(target))
      const { servers } = await audit([audited], {
        policy: module.policy,
        // A module without a user does not ask who gets in without TLS: that is none of what it cannot see.
        ...(audited.account ? {} : { tests: WITHOUT_ACCOUNT }),
        // Every replica is a target of its own.
        discover: false,
        // An exchange has to fail before the whole does, or the answer would say nothing.
        timeoutMillis: Math.max(1, Math.floor(timeoutMillis / 7)),
        now: () => io.now(),
        signal: AbortSignal.any([signal, deadline]),
      })
      return servers[0]
    } catch (error) {
      if (deadline.aborted) return undefined
      throw error
    }
  }
  return {
    metrics: () => own.registry.metrics(),
    async probe(parameters, scrapeTimeoutSeconds, signal) {
      const [target, name] = [parameters.get('target') ?? '', parameters.get('module') ?? 'default']
      const module = modules.get(name)
      const refusal = refusalOf(parameters, target, module)
      if (!module || refusal) {
        own.probes.inc({ outcome: 'refused' })
        return { status: 400, body: `${refusal}\n` }
      }
      if (running >= concurrency) {
        own.probes.inc({ outcome: 'busy' })
        return { status: 503, body: 'too many probes at a time: shard, or raise --concurrency\n' }
      }
      const scrape = scrapeTimeoutSeconds * 1000 - MARGIN_MILLIS
      const timeoutMillis =
        scrape > 0 ? Math.min(module.timeoutMillis, scrape) : module.timeoutMillis
      own.running.set(++running)
      const started = performance.now()
      try {
        const found = await run(module, target, timeoutMillis, signal)
        const seconds = (performance.now() - started) / 1000
        own.duration.observe(seconds)
        own.probes.inc({ outcome: found ? found.status : 'timeout' })
        return { status: 200, body: await render(found, seconds) }
      } finally {
        own.running.set(--running)
      }
    },
  }
}

const KNOWN = ['target', 'module']

/** Quotes nothing: what was put into the URL by mistake may be a secret. */
function refusalOf(
  parameters: URLSearchParams,
  target: string,
  module: Module | undefined,
): string | undefined {
  if ([...parameters.keys()].some((key) => !KNOWN.includes(key))) {
    return 'only target and module are parameters; accounts belong in the modules file'
  }
  if (!module) return 'there is no such module in the modules file'
  try {
    parseServer(target)
    return undefined
  } catch (error) {
    return `target: ${(error as Error).message}`
  }
}

function ownMetrics(): {
  readonly registry: Registry
  readonly running: Gauge
  readonly duration: Histogram
  readonly probes: Counter
} {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  return {
    registry,
    running: new Gauge({
      name: 'verify_full_exporter_probes_running',
      help: 'Probes that run at this moment.',
      registers,
    }),
    duration: new Histogram({
      name: 'verify_full_exporter_probe_duration_seconds',
      help: 'How long probes took.',
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    probes: new Counter({
      name: 'verify_full_exporter_probes_total',
      help: 'Probes by outcome.',
      labelNames: ['outcome'],
      registers,
    }),
  }
}
