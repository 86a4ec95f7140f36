import { Command, CommanderError } from 'commander'
import { addAudit } from './audit.js'
import { addCerts } from './certs.js'
import { type AddCommand, EXIT, type ExitCode, type Io } from './command.js'
import { addDoctor } from './doctor.js'
import { addExplain } from './explain.js'
import { addExporter } from './exporter.js'
import { addProve } from './prove.js'
import { addScan } from './scan.js'
import { addWatch } from './watch.js'

/** One row per subcommand, in the order of the help: at the desk, in CI, in front of a server. */
const COMMANDS: ReadonlyMap<string, AddCommand> = new Map([
  ['explain', addExplain],
  ['scan', addScan],
  ['prove', addProve],
  ['certs', addCerts],
  ['doctor', addDoctor],
  ['audit', addAudit],
  ['watch', addWatch],
  ['exporter', addExporter],
])

/**
 * Runs the command line and resolves with its exit code: 0 clean, 1 findings, 2 usage, configuration or
 * internal error.
 */
export async function main(argv: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = EXIT.clean
  const program = new Command('verify-full')
    .description('PostgreSQL connections: sslmode=verify-full or nothing.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
    })
  // Only the one that is named, where one is: declaring them all takes as long as loading commander.
  const named = COMMANDS.get(argv[0] ?? '')
  if (!named) program.version((await import('./version.js')).VERSION)
  for (const add of named ? [named] : COMMANDS.values()) {
    add(program, io, (result) => {
      code = result
    })
  }
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.clean : EXIT.failure
    io.stderr.write(`verify-full: ${error instanceof Error ? error.message : String(error)}\n`)
    return EXIT.failure
  }
}
