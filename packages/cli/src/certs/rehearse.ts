import { type Rehearsal, rehearse } from '@verify-full/certs'
import { parseCertificates } from '@verify-full/core'
import type { ChainEnd, ChainVerdict } from '@verify-full/core/offline'
import { EXIT, type ExitCode, type Io } from '../command.js'
import { printable } from '../printable.js'
import { readNamed } from './files.js'

/** Options of `certs rehearse`. */
export interface RehearsalOptions {
  readonly root: string
  readonly next: string
  readonly host?: string
  readonly format: 'text' | 'json'
}

/** Says whether clients with today's root.crt will accept tomorrow's chain, and if not, why not. */
export async function runRehearsal(options: RehearsalOptions, io: Io): Promise<ExitCode> {
  const { root, next, host, format } = options
  // What cannot be read is named as it was on the command line.
  const read = (file: string): string => {
    const text = readNamed(io.cwd, file).toString('utf8')
    parseCertificates(text, file)
    return text
  }
  const rehearsal = rehearse({
    root: read(root),
    next: read(next),
    now: io.now(),
    ...(host === undefined ? {} : { host }),
  })
  const reasons = rehearsal.trusted ? [] : reasonsOf(rehearsal, options)
  io.stdout.write(
    format === 'json'
      ? `${JSON.stringify({ root, next, host, ...rehearsal, reasons }, null, 2)}\n`
      : text(rehearsal, reasons, options),
  )
  return rehearsal.trusted ? EXIT.clean : EXIT.findings
}

function text(
  { trusted, verdict, at, rootExpires }: Rehearsal,
  reasons: readonly string[],
  { root, next }: RehearsalOptions,
): string {
  const path = verdict.path.map(({ subject }) => printable(subject || '(empty)')).join(' <- ')
  const lines = [
    `clients with ${root} ${trusted ? 'will accept' : 'WILL REFUSE'} ${next} (as of ${at.toISOString()})`,
    `  chain  ${path}`,
    ...(rootExpires ? [`  root   expires ${rootExpires.toISOString()}`] : []),
    ...reasons.map((reason) => `  ${printable(reason)}`),
  ]
  return `${lines.join('\n')}\n`
}

type Reason = (verdict: ChainVerdict, options: RehearsalOptions) => string

const issuerOf = ({ path }: ChainVerdict): string => path.at(-1)?.issuer ?? 'unknown'

/** Why a chain does not end at a root, and what to do before the rotation. */
const CHAIN: Readonly<Record<Exclude<ChainEnd, 'trusted'>, Reason>> = {
  'self-signed': (_, { root, next }) =>
    `${next} is self-signed: append it to every client's ${root} before the server presents it`,
  'unknown-root': (verdict, { root }) =>
    `its root, ${issuerOf(verdict)}, is not in ${root}: append that root (from the authority, by fingerprint) to every client's ${root} before the rotation`,
  'issuer-missing': (verdict, { root, next }) =>
    `neither ${next} nor ${root} has ${issuerOf(verdict)}: if it is an intermediate, append it to ${next}; if it is the new root, to every client's ${root} before the rotation`,
  'issuer-other-key': (verdict, { root }) =>
    `${root} has an authority called ${issuerOf(verdict)}, but with another key: the authority was made anew; append its new certificate to every client's ${root}`,
  'not-a-ca': (_, { next }) =>
    `one of the issuers in ${next} is not an authority (basicConstraints): no client accepts it`,
}

function reasonsOf({ verdict }: Rehearsal, options: RehearsalOptions): readonly string[] {
  const { chain, name, usage, dates, datesAt, path } = verdict
  return [
    ...(chain === 'trusted' ? [] : [CHAIN[chain](verdict, options)]),
    ...(name || options.host === undefined
      ? []
      : [
          `the certificate is not for ${options.host} but for ${path[0]?.names.join(', ') || 'no name'}`,
        ]),
    ...(usage ? [] : ['the certificate is not a server certificate (extended key usage)']),
    ...(dates === 'valid' ? [] : [`${path[datesAt]?.subject} is ${DATES[dates]}`]),
  ]
}

const DATES = { expired: 'expired', 'not-yet-valid': 'not valid yet' } as const
