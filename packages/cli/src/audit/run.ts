import { resolve } from 'node:path'
import { type AuditStatus, type AuditTarget, audit } from '@verify-full/server'
import { EXIT, type ExitCode, type Io } from '../command.js'
import { printable } from '../printable.js'
import { targetOf } from '../servers/account.js'
import { policyOf } from '../servers/policy.js'
import { page } from './html.js'
import { markdown } from './markdown.js'
import { text } from './text.js'
import { type View, viewOf } from './view.js'

type Format = 'text' | 'json' | 'markdown' | 'html' | 'sarif'
const REPORTS: Readonly<Record<Format, (view: View) => string | Promise<string>>> = {
  text,
  json: (view) => `${JSON.stringify(view, null, 2)}\n`,
  markdown,
  html: page,
  // With it comes the scanner, which no other format needs.
  sarif: async (view) => (await import('./sarif.js')).sarif(view),
}

/** Options of `verify-full audit`. */
export interface AuditCommand {
  readonly targets?: string
  readonly replica?: readonly string[]
  readonly connect: boolean
  readonly format: Format
  readonly config?: string
  readonly concurrency: number
  readonly timeout: number
  readonly strict?: boolean
}

/** Audits, reports on stdout and tells of progress on stderr. */
export async function runAudit(
  conninfo: string | undefined,
  options: AuditCommand,
  io: Io,
): Promise<ExitCode> {
  const policy = policyOf(options.config, io)
  const targets = await targetsOf(conninfo, options, policy, io)
  const total = targets.reduce((sum, { servers }) => sum + servers.length, 0)
  const report = await audit(targets, {
    policy,
    concurrency: options.concurrency,
    timeoutMillis: options.timeout * 1000,
    now: () => io.now(),
    onServer: ({ cluster, status }, done) => {
      const line = printable(`${done}/${total} ${cluster} ${status}`)
      io.stderr.write(`${line}\n`)
    },
  })
  io.stdout.write(await REPORTS[options.format](viewOf(report, io.now())))
  return exitCodeOf(report.status, options.strict === true)
}

async function targetsOf(
  conninfo: string | undefined,
  { targets, replica, connect }: AuditCommand,
  policy: Parameters<typeof targetOf>[2],
  io: Io,
): Promise<readonly AuditTarget[]> {
  if ((conninfo === undefined) === (targets === undefined)) {
    throw new Error('give a connection string, or --targets FILE')
  }
  if (targets !== undefined) {
    if (replica) throw new Error('--replica goes with a connection string; the file has replicas')
    // With it comes a YAML parser, which is most of what there is to load.
    const { readTargets } = await import('../servers/targets-file.js')
    return readTargets(resolve(io.cwd, targets), connect, policy, io)
  }
  const replicas = replica ? { replicas: replica } : {}
  return [targetOf(conninfo ?? '', { connect, ...replicas }, policy, io)]
}

/** A warning is no reason to stop a pipeline, unless that is asked for. */
function exitCodeOf(status: AuditStatus, strict: boolean): ExitCode {
  if (status === 'clean') return EXIT.clean
  return status === 'warnings' && !strict ? EXIT.clean : EXIT.findings
}
