import { InvalidArgumentError, Option } from 'commander'
import type { AddCommand } from './command.js'

/** What the command line of `verify-full doctor` says. */
export interface DoctorOptions {
  /** True for the PG* variables; the name of the variable that holds the string. */
  readonly env?: true | string
  readonly config?: string
  readonly saveRoot?: string
  readonly fingerprint?: string
  readonly timeout: number
  readonly format: 'text' | 'json'
}

/** `verify-full doctor`: where a connection breaks on its way to a verified session, why, what to do. */
export const addDoctor: AddCommand = (program, io, done) => {
  program
    .command('doctor')
    .summary('why a connection does not verify, and what to do')
    .description(
      'Examines a connection step by step, from name resolution to a verified session. The password is\n' +
        'sent in the last step only, to a server that is verified. Exit code 1: something is wrong.',
    )
    .argument('[string]', 'connection string; - reads it from standard input')
    .option('--env [variable]', 'the PG* variables; with a name, the string in that variable')
    .option('--config <path>', 'policy file; default: the nearest verify-full.config.*')
    .option('--save-root <file>', 'store the CA that the server presents, after you compared it')
    .option(
      '--fingerprint <sha256>',
      'with --save-root: the fingerprint to expect; nothing is asked',
    )
    .option('--timeout <seconds>', 'for each step on the network', seconds, 5)
    .addOption(
      new Option('--format <format>', 'how to show it').choices(['text', 'json']).default('text'),
    )
    .action(async (text: string | undefined, options: DoctorOptions) => {
      const { doctor } = await import('./doctor/run.js')
      done(await doctor(text, options, io))
    })
}

function seconds(text: string): number {
  const value = Number(text)
  if (!(value > 0 && value <= 600)) throw new InvalidArgumentError('A number up to 600.')
  return value
}
