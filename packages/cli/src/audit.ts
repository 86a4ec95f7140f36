import { Option } from 'commander'
import type { AddCommand } from './command.js'
import { wholeNumber } from './servers/options.js'

const FORMATS = ['text', 'json', 'markdown', 'html', 'sarif'] as const

/** `verify-full audit`: what servers offer, admit and serve at this moment. */
export const addAudit: AddCommand = (program, io, done) => {
  program
    .command('audit')
    .description(
      'audit servers: TLS, certificate, pg_hba.conf in order, sessions in plaintext, replicas',
    )
    .argument('[conninfo]', 'a connection string; several hosts are one cluster')
    .option('--targets <file>', 'a YAML file of targets, instead of a connection string')
    .option('--replica <host:port...>', 'further servers of the cluster')
    .option('--no-connect', 'only what needs no credentials')
    .option('--config <file>', 'the policy; default: the nearest verify-full.config file')
    .option('--concurrency <number>', 'clusters at a time', wholeNumber(1, 1000), 32)
    .option('--timeout <ms>', 'for one exchange with a server', wholeNumber(1, 600_000), 5000)
    .option('--strict', 'warnings are findings: exit code 1')
    .addOption(new Option('--format <format>', 'how to show it').choices(FORMATS).default('text'))
    .addHelpText(
      'after',
      '\nThe password is taken from PGPASSWORD or the string. Exit codes: 0 clean, 1 findings or not all seen, 2 error.',
    )
    .action(async (conninfo, options) => {
      const { runAudit } = await import('./audit/run.js')
      done(await runAudit(conninfo, options, io))
    })
}
