import { resolve } from 'node:path'
import { type IgnoredSession, watch } from '@verify-full/server'
import { EXIT, type ExitCode, type Io } from '../command.js'
import { targetOf } from '../servers/account.js'
import { policyOf } from '../servers/policy.js'
import { webhook } from './webhook.js'

/** Options of `verify-full watch`. */
export interface WatchCommand {
  readonly targets?: string
  readonly every: number
  readonly criticalDays: number
  readonly ignore?: readonly IgnoredSession[]
  readonly config?: string
  readonly concurrency: number
  readonly timeout: number
}

/** Writes one line of JSON per event until the process is asked to end. */
export async function runWatch(
  conninfo: string | undefined,
  options: WatchCommand,
  io: Io,
): Promise<ExitCode> {
  const policy = policyOf(options.config, io)
  if ((conninfo === undefined) === (options.targets === undefined)) {
    throw new Error('give a connection string, or --targets FILE')
  }
  const targets =
    options.targets === undefined
      ? [targetOf(conninfo ?? '', { connect: true }, policy, io)]
      : (await import('../servers/targets-file.js')).readTargets(
          resolve(io.cwd, options.targets),
          true,
          policy,
          io,
        )
  const url = io.env.VERIFY_FULL_WEBHOOK
  const hook = url ? webhook(url, (why) => io.stderr.write(`${why}\n`)) : undefined
  const controller = new AbortController()
  // The watch itself keeps no process alive.
  const alive = setInterval(() => {}, 2 ** 30)
  try {
    const { stopped } = watch({
      targets,
      policy,
      everySeconds: options.every,
      criticalDays: options.criticalDays,
      concurrency: options.concurrency,
      timeoutMillis: options.timeout * 1000,
      ...(options.ignore ? { ignore: options.ignore } : {}),
      signal: controller.signal,
      onEvent: (event) => {
        io.stdout.write(`${JSON.stringify(event)}\n`)
        hook?.send(event)
      },
    })
    await Promise.race([io.interrupted?.(), stopped])
    controller.abort()
    await stopped
    await hook?.close()
    return EXIT.clean
  } finally {
    clearInterval(alive)
  }
}
