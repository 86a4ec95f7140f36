import { InvalidArgumentError } from 'commander'
import type { AddCommand } from './command.js'

/** What the command line of `verify-full prove` says. */
export interface ProveOptions {
  /** The variable with the connection string. */
  readonly env: string
  readonly hostEnv?: string
  readonly portEnv?: string
  readonly rootEnv?: string
  /** Seconds for each run of the command. */
  readonly timeout: number
  readonly showOutput?: boolean
}

/** `verify-full prove`: what the application really sends to a server that is not the database. */
export const addProve: AddCommand = (program, io, done) => {
  program
    .command('prove')
    .summary('what the application sends to a server that is not the database')
    .description(
      'Runs a command against hostile servers on this machine, one after the other, and reports what each\n' +
        'of them was sent. Exit code 0: none got a byte of PostgreSQL; 1: one did; 2: nothing was proven.',
    )
    .argument('<command...>', 'what to run, after --: a test or a start that connects and ends')
    .option('--env <variable>', 'where the command finds its connection string', 'DATABASE_URL')
    .option('--host-env <variable>', 'where it finds the host, if it reads it apart')
    .option('--port-env <variable>', 'where it finds the port, if it reads it apart')
    .option('--root-env <variable>', 'where it finds the path of its root certificate')
    .option('--timeout <seconds>', 'how long each run may take', seconds, 20)
    .option('--show-output', 'let the command write to stderr')
    .action(async (command: string[], options: ProveOptions) => {
      const { prove } = await import('./prove/run.js')
      done(await prove(command, options, io))
    })
}

function seconds(text: string): number {
  const value = Number(text)
  if (!(value > 0 && value <= 3600)) throw new InvalidArgumentError('A number up to 3600.')
  return value
}
