import { InvalidArgumentError, Option } from 'commander'
import type { AddCommand } from './command.js'

const FORMATS = ['text', 'json'] as const

/** `verify-full certs ...`: makes, reads and rehearses certificates. */
export const addCerts: AddCommand = (program, io, done) => {
  const certs = program.command('certs').description('make, read and rehearse certificates')
  certs
    .command('init')
    .description(
      'make a development authority, a server certificate and root.crt, and say what to write where',
    )
    .requiredOption('--host <name...>', 'DNS names that clients dial; the first is the main one')
    .option('--ip <address...>', 'IP addresses that clients dial')
    .option('--out <directory>', 'where the files go; nothing is overwritten', 'certs')
    .option('--days <days>', 'validity of the certificates', days, 397)
    .option('--client <role...>', 'client certificates for these roles (cert authentication), too')
    .option('--docker-compose', 'a compose file with a PostgreSQL that uses them, too')
    .option(
      '--self-signed',
      'one certificate and no authority: each renewal has to reach every client',
    )
    .addHelpText('after', INIT)
    .action(async (options) => {
      const { init } = await import('./certs/init.js')
      done(await init(options, io))
    })
  certs
    .command('request')
    .description('make a key and a signing request (CSR) for a real authority')
    .requiredOption('--host <name...>', 'DNS names that clients dial; the first is the main one')
    .option('--ip <address...>', 'IP addresses that clients dial')
    .option('--out <directory>', 'where the files go; nothing is overwritten', 'certs')
    .action(async (options) => {
      const { request } = await import('./certs/request.js')
      done(await request(options, io))
    })
  certs
    .command('inspect')
    .description(
      'show the certificates of a file, or those that a server presents; exit code 1: one expires soon',
    )
    .argument('<file or host:port>')
    .option('--days <days>', 'how many days left are too few', days, 30)
    .addOption(new Option('--format <format>', 'how to show it').choices(FORMATS).default('text'))
    .action(async (subject, options) => {
      const { inspect } = await import('./certs/inspect.js')
      done(await inspect(subject, options, io))
    })
  certs
    .command('rehearse')
    .description(
      "say whether clients with today's root.crt will accept tomorrow's chain; exit code 1: they will not",
    )
    .requiredOption('--root <file>', 'the root.crt that clients have')
    .requiredOption(
      '--next <file>',
      'what will be ssl_cert_file: the certificate, then its intermediates',
    )
    .option('--host <name>', 'the host that clients dial (default: the name is not looked at)')
    .addOption(new Option('--format <format>', 'how to show it').choices(FORMATS).default('text'))
    .action(async (options) => {
      const { runRehearsal } = await import('./certs/rehearse.js')
      done(await runRehearsal(options, io))
    })
}

const INIT = `
Example:
  verify-full certs init --host db.example.com localhost --ip 127.0.0.1 --out tls`

function days(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < 1 || value > 36_500) {
    throw new InvalidArgumentError('A whole number from 1 to 36500.')
  }
  return value
}
