import type { AddCommand } from './command.js'
import { seconds, wholeNumber } from './servers/options.js'
import { ignoreRule } from './watch/ignore.js'

/** `verify-full watch`: news of servers as lines of JSON, until it is interrupted. */
export const addWatch: AddCommand = (program, io, done) => {
  program
    .command('watch')
    .description(
      'watch servers until interrupted, and write each piece of news once, as a line of JSON',
    )
    .argument('[conninfo]', 'a connection string; several hosts are a primary and its replicas')
    .option('--targets <file>', 'a YAML file of targets, instead of a connection string')
    .option('--every <seconds>', 'between two looks at a server', wholeNumber(1, 86_400), 60)
    .option(
      '--critical-days <days>',
      'days left at which expiry is critical',
      wholeNumber(0, 3650),
      7,
    )
    .option(
      '--ignore <rule>',
      'sessions that may be in plaintext, as user=app,address=10.0.0.0/8; repeatable',
      ignoreRule,
    )
    .option('--config <file>', 'policy file (default: the nearest verify-full.config.*)')
    .option('--concurrency <number>', 'servers at a time', wholeNumber(1, 1000), 32)
    .option('--timeout <seconds>', 'for one exchange with a server', seconds, 5)
    .addHelpText('after', HELP)
    .action(async (conninfo, options) => {
      const { runWatch } = await import('./watch/run.js')
      done(await runWatch(conninfo, options, io))
    })
}

const HELP = `
Examples:
  verify-full watch 'host=db.example.com user=audit dbname=app sslmode=verify-full sslrootcert=/etc/ssl/root.crt' --every 60
  VERIFY_FULL_WEBHOOK=https://hooks.example.com/... verify-full watch --targets targets.yaml

The password is taken from PGPASSWORD or the string, and sent to a verified server only. With VERIFY_FULL_WEBHOOK
in the environment every event is POSTed there, too (https, or this host).
Exit codes: 0 when it was asked to end (SIGINT, SIGTERM), 2 the command line or a file cannot be used.`
