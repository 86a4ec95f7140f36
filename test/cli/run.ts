import { PassThrough, Readable } from 'node:stream'
import { type ExitCode, type Io, main } from 'verify-full'

/** What a command wrote, and its exit code. */
export interface Outcome {
  readonly code: ExitCode
  readonly out: string
  readonly err: string
}

/** What a command is given; nothing of this process. */
export interface Surroundings {
  readonly env?: Io['env']
  readonly cwd?: string
  readonly now?: Date
  /** What is piped into it. */
  readonly stdin?: string
  /** Lines typed at a terminal; without them standard input is no terminal. */
  readonly typed?: readonly string[]
}

/** A command that runs in this process, until it is stopped or ends. */
export interface Running extends AsyncDisposable {
  /** What it wrote so far. */
  out(): string
  err(): string
  /** Asks it to end, as SIGTERM does, and resolves with the exit code. */
  stop(): Promise<ExitCode>
  /** The exit code of a command that ends by itself. */
  readonly ended: Promise<ExitCode>
}

/** Starts the command line in this process. */
export function start(
  argv: readonly string[],
  { env = {}, cwd = '/', now, stdin = '', typed }: Surroundings = {},
): Running {
  const isTTY = typed !== undefined
  const written = { out: '', err: '' }
  const sink = (name: 'out' | 'err') =>
    Object.assign(
      new PassThrough().on('data', (chunk) => {
        written[name] += String(chunk)
      }),
      { isTTY },
    )
  const given = typed ? typed.map((line) => `${line}\n`) : stdin === '' ? [] : [stdin]
  let interrupt = () => {}
  const interrupted = new Promise<void>((resolve) => {
    interrupt = resolve
  })
  const io: Io = {
    stdout: sink('out'),
    stderr: sink('err'),
    stdin: Object.assign(Readable.from(given), { isTTY }),
    env,
    cwd,
    now: () => now ?? new Date(),
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

/** Runs the command line in this process to its end. */
export async function run(argv: readonly string[], given: Surroundings = {}): Promise<Outcome> {
  const { ended, out, err } = start(argv, given)
  const code = await ended
  return { code, out: out(), err: err() }
}
