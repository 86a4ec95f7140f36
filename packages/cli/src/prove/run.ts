import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EXIT, type ExitCode, type Io } from '../command.js'
import type { ProveOptions } from '../prove.js'
import { makeAttacks } from './attacks.js'
import { stage } from './environment.js'
import { formatProofs, isProven, type Proof } from './format.js'
import { startHostile } from './server.js'

/** Runs the command once for each attack and writes the report. */
export async function prove(
  command: readonly string[],
  options: ProveOptions,
  io: Io,
): Promise<ExitCode> {
  const folder = await mkdtemp(join(tmpdir(), 'verify-full-prove-'))
  try {
    const rootPath = join(folder, 'root.crt')
    const staged = stage(io.env, options, rootPath)
    const { host, at } = staged
    const { root, list } = await makeAttacks(host, io.now())
    await writeFile(rootPath, root)
    const proofs: Proof[] = []
    for (const attack of list) {
      await using server = await startHostile(attack, host)
      const timedOut = await run(command, at(server.port), options, io)
      proofs.push({ attack: attack.name, received: { ...server.received }, timedOut })
    }
    io.stdout.write(formatProofs(proofs, staged))
    if (proofs.some(({ received }) => received.bytes > 0)) return EXIT.findings
    return isProven(proofs) ? EXIT.clean : EXIT.failure
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Runs the command to its end; returns whether the time limit ended it. Its exit code does not count. */
async function run(
  [program = '', ...args]: readonly string[],
  env: Record<string, string>,
  { timeout, showOutput }: ProveOptions,
  { cwd, stderr }: Io,
): Promise<boolean> {
  const output = showOutput ? 'pipe' : 'ignore'
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', output, output] })
  child.stdout?.pipe(stderr, { end: false })
  child.stderr?.pipe(stderr, { end: false })
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    child.kill('SIGKILL')
  }, timeout * 1000)
  try {
    await once(child, 'close')
  } catch (cause) {
    throw new Error(`${program} cannot be run: ${(cause as NodeJS.ErrnoException).code}`, { cause })
  } finally {
    clearTimeout(timer)
  }
  return timedOut
}
