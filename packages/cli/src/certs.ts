import { InvalidArgumentError, Option } from 'commander'
import type { AddCommand } from './command.js'

const FORMATS = ['text', 'json'] as const

/** `verify-full certs ...`: makes, reads and rehearses certificates. */
export const addCerts: AddCommand = (program, io, done) => {
  const certs = program.command('certs').description('make, read and rehearse certificates')
  certs
    .command('init')
    .description('a development authority, a server certificate, root.crt, and how to use them')
    .requiredOption('--host <name...>', 'DNS names that clients dial; the first is the main one')
    .option('--ip <address...>', 'IP addresses that clients dial')
    .option('--out <directory>', 'where the files go', 'certs')
    .option('--days <days>', 'validity of the certificates', days, 397)
    .option('--client <role...>', 'client certificates for these roles (cert authentication)')
    .option('--docker-compose', 'a compose file with a PostgreSQL that uses them')
    .option('--self-signed', 'one certificate and no authority: every renewal reaches every client')
    .action(async (options) => {
      const { init } = await import('./certs/init.js')
      done(await init(options, io))
    })
  certs
    .command('request')
    .description('a key and a signing request (CSR) for a real authority')
    .requiredOption('--host <name...>', 'DNS names that clients dial; the first is the main one')
    .option('--ip <address...>', 'IP addresses that clients dial')
    .option('--out <directory>', 'where the files go', 'certs')
    .action(async (options) => {
      const { request } = await import('./certs/request.js')
      done(await request(options, io))
    })
  certs
    .command('inspect')
    .description(
      'what is in a certificate file, or what a server presents; exit code 1: expires soon',
    )
    .argument('<file or host:port>')
    .option('--days <days>', 'expires soon means in fewer days', days, 30)
    .addOption(new Option('--format <format>', 'how to show it').choices(FORMATS).default('text'))
    .action(async (subject, options) => {
      const { inspect } = await import('./certs/inspect.js')
      done(await inspect(subject, options, io))
    })
  certs
    .command('rehearse')
    .description("whether today's root.crt trusts tomorrow's chain; exit code 1: it does not")
    .requiredOption('--root <file>', 'the root.crt that clients have')
    .requiredOption('--next <file>', "the server's next chain")
    .option('--host <name>', 'the host that clients dial')
    .addOption(new Option('--format <format>', 'how to show it').choices(FORMATS).default('text'))
    .action(async (options) => {
      const { runRehearsal } = await import('./certs/rehearse.js')
      done(await runRehearsal(options, io))
    })
}

function days(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < 1 || value > 36_500) {
    throw new InvalidArgumentError('A whole number from 1 to 36500.')
  }
  return value
}
