import type { AddCommand } from './command.js'
import { wholeNumber } from './servers/options.js'

/** `verify-full exporter`: what an audit sees, for Prometheus. */
export const addExporter: AddCommand = (program, io, done) => {
  program
    .command('exporter')
    .description('serve /probe?target=host:port&module=name, /metrics and /healthz for Prometheus')
    .option('--listen <address:port>', 'where to listen', '127.0.0.1:9849')
    .option('--modules <file>', 'accounts, roots and policies; the only place for secrets')
    .option('--concurrency <number>', 'probes at a time', wholeNumber(1, 1000), 32)
    .action(async (options) => {
      const { runExporter } = await import('./exporter/run.js')
      done(await runExporter(options, io))
    })
}
