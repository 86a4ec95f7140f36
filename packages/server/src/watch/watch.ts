import diagnosticsChannel from 'node:diagnostics_channel'
import { setMaxListeners } from 'node:events'
import { definePolicy } from '@verify-full/core'
import { changes, type Levels, NOTHING_KNOWN } from './changes.js'
import { LOOK_CHANNEL, WATCH_CHANNEL } from './channels.js'
import { CLOCK } from './clock.js'
import { type Looking, type WatchedServer, watchedPool, watchedServer } from './server.js'
import { type Turns, turns } from './turns.js'
import type { Look, Watch, WatchEvent, WatchOptions } from './types.js'

/**
 * Watches servers: sessions in plaintext (new and gone), certificates (changed, expiring in two levels),
 * rules and settings (changed), reachability. Each piece of news is told once. One query per interval and
 * server on one kept connection; looks never overlap; a server that restarts is found again.
 *
 * @throws TypeError without `pool` or `targets`, with both, for a policy or an interval that is none.
 * @example
 * import { watch } from '@verify-full/server'
 *
 * const targets = [{ servers: [{ host: 'db.example.com', port: 5432 }] as const }]
 * export const { stop } = watch({ targets, everySeconds: 300, onEvent: (event) => console.log(event) })
 */
export function watch(options: WatchOptions): Watch {
  const { everySeconds = 60, criticalDays = 7, concurrency = 32, clock = CLOCK } = options
  if (!(everySeconds > 0 && everySeconds <= 86_400)) {
    throw new TypeError('watch: everySeconds must be more than 0 and at most 86400')
  }
  const policy = definePolicy(options.policy ?? {})
  const controller = new AbortController()
  // One listener per server and more.
  setMaxListeners(0, controller.signal)
  const stop = (): void => controller.abort(options.signal?.reason)
  options.signal?.addEventListener('abort', stop, { once: true })
  if (options.signal?.aborted) stop()
  const looking: Looking = {
    policy,
    ignore: options.ignore ?? [],
    timeoutMillis: options.timeoutMillis ?? 5000,
    clock,
  }
  const pace: Pace = {
    levels: { warningDays: policy.certificateExpiryDays, criticalDays },
    millis: everySeconds * 1000,
    turn: turns(concurrency),
    options: { ...options, clock },
    signal: controller.signal,
  }
  const servers = serversOf(options, looking)
  const stopped = Promise.all(servers.map((server) => keepWatching(server, pace))).then(() => {
    options.signal?.removeEventListener('abort', stop)
  })
  return {
    stopped,
    stop: () => {
      controller.abort()
      return stopped
    },
  }
}

function serversOf({ targets, pool }: WatchOptions, looking: Looking): readonly WatchedServer[] {
  if ((targets === undefined) === (pool === undefined)) {
    throw new TypeError('watch: give either pool or targets')
  }
  if (pool) return [watchedPool(pool, looking)]
  return (targets ?? []).flatMap((target) =>
    target.servers.map((server) => watchedServer(target, server, looking)),
  )
}

interface Pace {
  readonly levels: Levels
  readonly millis: number
  readonly turn: Turns
  readonly options: WatchOptions & { readonly clock: NonNullable<WatchOptions['clock']> }
  readonly signal: AbortSignal
}

async function keepWatching(server: WatchedServer, pace: Pace): Promise<void> {
  const { levels, millis, turn, signal, options } = pace
  const { clock } = options
  let memory = NOTHING_KNOWN
  // Spread over a tenth of the interval, or all servers would be dialled in the same instant.
  await clock.sleep(clock.random() * (millis / 10), signal)
  while (!signal.aborted) {
    // Only an abort rejects: everything else is a failure that the look reports.
    const look = await turn(() => server.look(signal)).catch(() => undefined)
    if (look === undefined || signal.aborted) break
    const { news, memory: next } = changes(memory, look, levels)
    memory = next
    call(() => options.onLook?.(look))
    tell(LOOK_CHANNEL, look)
    const { cluster, server: name } = server
    for (const one of news) {
      const event = { at: look.at.toISOString(), cluster, server: name, ...one } as WatchEvent
      call(() => options.onEvent?.(event))
      tell(WATCH_CHANNEL, event)
    }
    await clock.sleep(millis * (0.9 + clock.random() / 5), signal)
  }
  await server.close()
}

function tell(name: string, message: WatchEvent | Look): void {
  const channel = diagnosticsChannel.channel(name)
  if (channel.hasSubscribers) channel.publish(message)
}

/** A listener that throws ends no watch. */
function call(listener: () => void): void {
  try {
    listener()
  } catch {
    process.emitWarning('A listener of watch() threw.', { code: 'VERIFY_FULL_LISTENER' })
  }
}
