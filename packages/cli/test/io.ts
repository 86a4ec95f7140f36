import { PassThrough, Readable } from 'node:stream'
import type { ExitCode, Io } from '../src/index.js'
import { main } from '../src/index.js'

/** What a command wrote, and its exit code. */
export interface Outcome {
  readonly code: ExitCode
  readonly out: string
  readonly err: string
}

/** Runs the command line in this process, with streams, environment and folder of its own. */
export async function run(
  argv: readonly string[],
  {
    env = {},
    cwd = process.cwd(),
    stdin = '',
  }: { env?: Io['env']; cwd?: string; stdin?: string } = {},
): Promise<Outcome> {
  const written = { out: '', err: '' }
  const sink = (name: 'out' | 'err') => {
    const stream = new PassThrough()
    stream.on('data', (chunk) => {
      written[name] += String(chunk)
    })
    return stream
  }
  const io: Io = {
    stdout: sink('out'),
    stderr: sink('err'),
    stdin: Readable.from(stdin === '' ? [] : [stdin]) as NodeJS.ReadableStream,
    env,
    cwd,
    now: () => new Date('2027-01-01T00:00:00Z'),
  }
  const code = await main(argv, io)
  return { code, ...written }
}
