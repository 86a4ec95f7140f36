import type { AddCommand } from './command.js'
import { wholeNumber } from './servers/options.js'
import { ignoreRule } from './watch/ignore.js'

/** `verify-full watch`: news of servers as lines of JSON, until it is interrupted. */
export const addWatch: AddCommand = (program, io, done) => {
  program
    .command('watch')
    .description('watch servers and write what changes as lines of JSON')
    .argument('[conninfo]', 'a connection string; several hosts are one cluster')
    .option('--targets <file>', 'a YAML file of targets, instead of a connection string')
    .option('--every <seconds>', 'between two looks at a server', wholeNumber(1, 86_400), 60)
    .option('--critical-days <days>', 'when expiry is critical', wholeNumber(0, 3650), 7)
    .option('--ignore <rule>', 'sessions that may be in plaintext; repeatable', ignoreRule)
    .option('--config <file>', 'the policy; default: the nearest verify-full.config file')
    .option('--concurrency <number>', 'servers at a time', wholeNumber(1, 1000), 32)
    .option('--timeout <ms>', 'for one exchange with a server', wholeNumber(1, 600_000), 5000)
    .addHelpText(
      'after',
      '\nWith VERIFY_FULL_WEBHOOK in the environment, every event is POSTed there, too.',
    )
    .action(async (conninfo, options) => {
      const { runWatch } = await import('./watch/run.js')
      done(await runWatch(conninfo, options, io))
    })
}
