import { Option } from 'commander'
import type { AddCommand } from './command.js'
import { seconds, wholeNumber } from './servers/options.js'

const FORMATS = ['text', 'json', 'markdown', 'html', 'sarif'] as const

/** `verify-full audit`: what servers offer, admit and serve at this moment. */
export const addAudit: AddCommand = (program, io, done) => {
  program
    .command('audit')
    .description(
      'look at servers, read-only: TLS, certificate, pg_hba.conf in order, sessions in plaintext, replicas',
    )
    .argument('[conninfo]', 'a connection string; several hosts are a primary and its replicas')
    .option('--targets <file>', 'a YAML file of targets, instead of a connection string')
    .option('--replica <host:port...>', 'further replicas of that primary')
    .option('--no-connect', 'open no session: only what is seen without a password')
    .option('--config <file>', 'policy file (default: the nearest verify-full.config.*)')
    .option('--concurrency <number>', 'clusters at a time', wholeNumber(1, 1000), 32)
    .option('--timeout <seconds>', 'for one exchange with a server', seconds, 5)
    .option('--strict', 'exit code 1 for warnings, too')
    .addOption(new Option('--format <format>', 'how to show it').choices(FORMATS).default('text'))
    .addHelpText('after', HELP)
    .action(async (conninfo, options) => {
      const { runAudit } = await import('./audit/run.js')
      done(await runAudit(conninfo, options, io))
    })
}

const HELP = `
Examples:
  verify-full audit 'host=db1.example.com,db2.example.com user=audit dbname=app sslmode=verify-full'
  verify-full audit --targets targets.yaml --format html > report.html

The password is taken from PGPASSWORD or the string, and sent to a verified server only. The report goes to
standard output, progress to standard error.
Exit codes: 0 clean or warnings only, 1 findings, or something that could not be seen, 2 the command line or a
file cannot be used.`
