import { resolve } from 'node:path'
import {
  definePolicy,
  findConfigFile,
  loadConfigFile,
  type Plan,
  type Policy,
} from '@verify-full/core'
import { type Examination, examine } from '@verify-full/server'
import { EXIT, type ExitCode, type Io } from '../command.js'
import type { DoctorOptions } from '../doctor.js'
import { formatExamination } from './format.js'
import { saveRoot } from './save-root.js'
import { accountOf, openSession } from './session.js'
import { findText, readSubjects, type Subject } from './subject.js'

/** Examines every host of the string; 1 where one of them has something wrong. */
export async function doctor(
  text: string | undefined,
  options: DoctorOptions,
  io: Io,
): Promise<ExitCode> {
  const { saveRoot: file, fingerprint } = options
  if (fingerprint !== undefined && file === undefined) {
    throw new Error('--fingerprint goes with --save-root')
  }
  const subjects = readSubjects(await findText(text, options, io), io.env)
  const policy = findPolicy(options, io)
  const [first, ...rest] = subjects
  if (file !== undefined && rest.length > 0) throw new Error('--save-root takes one host at a time')
  const examined = await Promise.all(
    subjects.map((subject) => examineSubject(subject, policy, options, io)),
  )
  if (file === undefined) return report(examined, options, io)
  const [found] = examined as [Examination]
  if (options.format === 'text') report(examined, options, io)
  const saved = await saveRoot(found, file, fingerprint, io)
  if (saved === undefined) {
    if (options.format === 'json') report(examined, options, io)
    return EXIT.findings
  }
  const again = { ...first, plan: withRoots(first.plan, saved) } as Subject
  return report([await examineSubject(again, policy, options, io)], options, io)
}

function examineSubject(
  subject: Subject,
  policy: Policy,
  options: DoctorOptions,
  io: Io,
): Promise<Examination> {
  const timeoutMillis = options.timeout * 1000
  const required = subject.get('channel_binding') === 'require'
  const demanded: Policy = required ? requireBinding(policy) : policy
  return examine(subject.plan, {
    policy: demanded,
    account: accountOf(subject, io.env),
    clientCertificate: subject.get('sslcert') !== undefined,
    openSession: (roots) => openSession(subject, demanded, roots, io, timeoutMillis),
    now: io.now(),
    timeoutMillis,
    ...(io.env.HOME === undefined ? {} : { home: io.env.HOME }),
  })
}

function report(examined: readonly Examination[], { format }: DoctorOptions, io: Io): ExitCode {
  io.stdout.write(
    format === 'json'
      ? `${JSON.stringify({ examinations: examined }, null, 2)}\n`
      : examined.map(formatExamination).join('\n'),
  )
  return examined.every(({ diagnoses }) => diagnoses.length === 0) ? EXIT.clean : EXIT.findings
}

function findPolicy({ config }: DoctorOptions, io: Io): Policy {
  const path = config === undefined ? findConfigFile(io.cwd) : resolve(io.cwd, config)
  return definePolicy(path === undefined ? {} : loadConfigFile(path).options)
}

function requireBinding({ waivers, rootCert, ...policy }: Policy): Policy {
  return definePolicy({
    ...policy,
    dangerouslyAllow: waivers,
    channelBinding: 'require',
    ...(rootCert === undefined ? {} : { rootCert }),
  })
}

/** The same plan with the root that has just been saved. */
function withRoots(plan: Plan, path: string): Plan {
  const roots = { kind: 'file', path, origin: { via: 'option', key: '--save-root' } } as const
  const [first, ...rest] = plan.transports.map((transport) =>
    transport.kind === 'tls' ? { ...transport, roots } : transport,
  )
  return first ? { ...plan, transports: [first, ...rest] } : plan
}
