import { Option } from 'commander'
import type { AddCommand } from './command.js'
import { seconds } from './servers/options.js'

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
      'Walks from name resolution to a verified session, and where it breaks says why and what to do. ' +
        'The password is sent in the last step only, to a server that is verified.',
    )
    .argument('[string]', 'connection string, URL or keywords; - reads it from standard input')
    .option(
      '--env [variable]',
      'instead of a string: PGHOST, PGSSLMODE, ...; or a variable that holds one',
    )
    .option('--config <file>', 'policy file (default: the nearest verify-full.config.*)')
    .option(
      '--save-root <file>',
      'store the CA that the server presents, once you have compared its fingerprint',
    )
    .option(
      '--fingerprint <sha256>',
      'for scripts, with --save-root: store it only if it is this one; nothing is asked',
    )
    .option('--timeout <seconds>', 'for each step on the network', seconds, 5)
    .addOption(
      new Option('--format <format>', 'how to show it').choices(['text', 'json']).default('text'),
    )
    .addHelpText('after', HELP)
    .action(async (text: string | undefined, options: DoctorOptions) => {
      const { doctor } = await import('./doctor/run.js')
      done(await doctor(text, options, io))
    })
}

const HELP = `
Examples:
  verify-full doctor 'postgres://app@db.example.com/app?sslmode=verify-full&sslrootcert=/etc/ssl/root.crt'
  verify-full doctor --env DATABASE_URL
  verify-full doctor --env DATABASE_URL --save-root root.crt

Exit codes: 0 nothing is wrong, 1 something is, 2 the command line or a file cannot be used.`
