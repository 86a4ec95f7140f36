import { InvalidArgumentError } from 'commander'
import type { AddCommand } from './command.js'

/** What the command line of `verify-full scan` says. */
export interface ScanCommandOptions {
  readonly config?: string
  readonly format: string
  readonly output?: string
  readonly ignore: boolean
  readonly staged?: true
  readonly since?: string
  readonly shard?: { readonly index: number; readonly count: number }
  readonly strict?: true
  readonly maxWarnings?: number
  readonly baseline?: string
  readonly updateBaseline?: true
  readonly fix?: true
  readonly dryRun?: true
  readonly quiet?: true
}

/** `verify-full scan`: connections below the policy in files. */
export const addScan: AddCommand = (program, io, done) => {
  program
    .command('scan')
    .summary('find connections below the policy in files')
    .description(
      'Reads configuration, code and scripts, and reports every PostgreSQL connection below the policy.\n' +
        'Exits with 0 where there is none, 1 where there are findings, 2 where it could not do its work.',
    )
    .argument('[paths...]', 'files and folders', ['.'])
    .option('--config <path>', 'policy file; default: the nearest verify-full.config.*')
    .option(
      '--format <name>',
      'how to report: stylish, json, sarif, github, gitlab, junit, html',
      'stylish',
    )
    .option('--output <file>', 'write the report to a file')
    .option(
      '--no-ignore',
      'look into what .gitignore and .verify-fullignore exclude, and vendored folders',
    )
    .option('--staged', 'only what is staged in git, as it is staged')
    .option('--since <revision>', 'only files that differ from a git revision')
    .option('--shard <i/n>', 'only the i-th of n parts', readShard)
    .option('--strict', 'what is known only at run time, or cannot be read, is an error')
    .option('--max-warnings <n>', 'exit with 1 where there are more warnings', readCount)
    .option('--baseline <file>', 'findings listed there are not counted')
    .option('--update-baseline', 'write the findings to the file of --baseline')
    .option('--fix', 'rewrite what can be rewritten safely, and report the rest')
    .option('--dry-run', 'with --fix: print a diff, change nothing')
    .option('--quiet', 'report errors only')
    .action(async (paths: string[], options: ScanCommandOptions) => {
      const { runScan } = await import('./scan/run.js')
      done(runScan(paths, options, io))
    })
}

function readShard(text: string): { index: number; count: number } {
  const [index = 0, count = 0] = /^(\d{1,6})\/(\d{1,6})$/.exec(text)?.slice(1).map(Number) ?? []
  if (index < 1 || index > count) throw new InvalidArgumentError('It is i/n, as in 1/4.')
  return { index, count }
}

function readCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It is a whole number.')
  return Number(text)
}
