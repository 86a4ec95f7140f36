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
  /** Lines typed at a terminal; without them standard input is no terminal and empty. */
  readonly typed?: readonly string[]
}

/** Runs the command line in this process. */
export async function run(
  argv: readonly string[],
  { env = {}, cwd = '/', now = new Date(), typed }: Surroundings = {},
): Promise<Outcome> {
  const written = { out: '', err: '' }
  const sink = (name: 'out' | 'err') =>
    Object.assign(
      new PassThrough().on('data', (chunk) => {
        written[name] += String(chunk)
      }),
      { isTTY: typed !== undefined },
    )
  const stdin = Object.assign(Readable.from((typed ?? []).map((line) => `${line}\n`)), {
    isTTY: typed !== undefined,
  })
  const io: Io = { stdout: sink('out'), stderr: sink('err'), stdin, env, cwd, now: () => now }
  const code = await main(argv, io)
  return { code, ...written }
}
