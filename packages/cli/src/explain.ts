import { Option } from 'commander'
import { type AddCommand, EXIT } from './command.js'

const FORMATS = ['table', 'json', 'markdown'] as const
export type ExplainFormat = (typeof FORMATS)[number]

/** What the command line of `verify-full explain` says. */
export interface ExplainOptions {
  /** True for the PG* variables; the name of the variable that holds the string. */
  readonly env?: true | string
  readonly file?: string
  readonly reader?: readonly string[]
  readonly format: ExplainFormat
  readonly config?: string
}

/** `verify-full explain`: what each reader makes of a connection string, an environment or a file. */
export const addExplain: AddCommand = (program, io, done) => {
  program
    .command('explain')
    .summary('what each driver makes of a connection string')
    .description(
      'Shows what each reader makes of a connection string: attempts, verification, roots, verdict.\n' +
        'Passwords and user names are never shown. Exits with 0: it answers, `scan` judges.',
    )
    .argument('[string]', 'connection string; - reads it from standard input')
    .option(
      '--env [variable]',
      'read PGHOST, PGSSLMODE, ... too; with a name, read the string from that variable',
    )
    .option('--file <path>', 'load a module or JSON file: knexfile.js#production')
    .option('--reader <names>', 'only these readers: pg-8,libpq', (text) => text.split(','))
    .option('--config <path>', 'policy file; default: the nearest verify-full.config.*')
    .addOption(new Option('--format <format>', 'how to show it').choices(FORMATS).default('table'))
    .action(async (text: string | undefined, options: ExplainOptions) => {
      const { explain } = await import('./explain/explain.js')
      io.stdout.write(await explain(text, options, io))
      done(EXIT.clean)
    })
}
