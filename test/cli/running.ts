import { PassThrough } from 'node:stream'
import { type ExitCode, type Io, main } from 'verify-full'

/** A command that runs until it is stopped, in this process. */
export interface Running extends AsyncDisposable {
  /** What it wrote so far. */
  out(): string
  err(): string
  /** Asks it to end, as SIGTERM does, and resolves with the exit code. */
  stop(): Promise<ExitCode>
  /** The exit code of a command that ends by itself. */
  readonly ended: Promise<ExitCode>
}

export function start(
  argv: readonly string[],
  { env = {}, cwd = '/' }: Partial<Pick<Io, 'env' | 'cwd'>> = {},
): Running {
  const written = { out: '', err: '' }
  const sink = (name: 'out' | 'err') =>
    new PassThrough().on('data', (chunk) => {
      written[name] += String(chunk)
    })
  let interrupt = () => {}
  const interrupted = new Promise<void>((resolve) => {
    interrupt = resolve
  })
  const io: Io = {
    stdout: sink('out'),
    stderr: sink('err'),
    stdin: new PassThrough(),
    env,
    cwd,
    now: () => new Date(),
    interrupted: () => interrupted,
  }
  const ended = main(argv, io)
  const stop = () => {
    interrupt()
    return ended
  }
  return {
    out: () => written.out,
    err: () => written.err,
    ended,
    stop,
    async [Symbol.asyncDispose]() {
      await stop()
    },
  }
}
