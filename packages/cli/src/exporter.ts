import type { AddCommand } from './command.js'
import { wholeNumber } from './servers/options.js'

/** `verify-full exporter`: what an audit sees, for Prometheus. */
export const addExporter: AddCommand = (program, io, done) => {
  program
    .command('exporter')
    .description('serve /probe?target=host:port&module=name, /metrics and /healthz for Prometheus')
    .option(
      '--listen <address:port>',
      'where to listen; other hosts only if you say so',
      '127.0.0.1:9849',
    )
    .option(
      '--modules <file>',
      'YAML with accounts, roots and policies (default: probes without credentials)',
    )
    .option('--concurrency <number>', 'probes at a time', wholeNumber(1, 1000), 32)
    .addHelpText('after', HELP)
    .action(async (options) => {
      const { runExporter } = await import('./exporter/run.js')
      done(await runExporter(options, io))
    })
}

const HELP = `
Example:
  verify-full exporter --modules modules.yml
  curl 'http://127.0.0.1:9849/probe?target=db.example.com:5432&module=inside'

A modules file:
  modules:
    inside: { user: audit, database: postgres, passwordFile: /run/secrets/audit, rootCert: /etc/ssl/root.crt }

Passwords are in that file, or where it points, and never in a URL.
Exit codes: 0 when it was asked to end (SIGINT, SIGTERM), 2 the command line or a file cannot be used.`
