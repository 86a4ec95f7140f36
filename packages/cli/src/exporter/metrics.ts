import { TLS_VERSIONS } from '@verify-full/core'
import type { ServerAudit } from '@verify-full/server'
import { Gauge, Registry } from 'prom-client'

interface Sample {
  readonly labels?: Readonly<Record<string, string>>
  readonly value: number
}

/** One row per metric: its name behind `verify_full_`, what it says, its labels, its samples. */
const METRICS: readonly (readonly [
  name: string,
  help: string,
  labels: readonly string[],
  samples: (audit: ServerAudit) => readonly Sample[],
])[] = [
  [
    'up',
    'Whether the server took a TCP connection.',
    [],
    ({ status }) => one(status !== 'unreachable'),
  ],
  [
    'connected',
    'Whether a verified session was opened and answered. Absent where none was to be opened.',
    [],
    ({ connected }) => (connected === undefined ? [] : one(connected)),
  ],
  [
    'tls_offered',
    'Whether SSLRequest was answered S.',
    ['address'],
    ({ offer }) =>
      offer.addresses.flatMap(({ address, ssl }) =>
        ssl === undefined ? [] : [{ labels: { address }, value: Number(ssl === 'S') }],
      ),
  ],
  [
    'tls_version_accepted',
    'Whether a TLS version is spoken.',
    ['address', 'version'],
    ({ offer }) =>
      offer.addresses.flatMap(({ address, versions }) =>
        TLS_VERSIONS.flatMap((version) =>
          versions === undefined || versions[version] === 'not-testable'
            ? []
            : [{ labels: { address, version }, value: Number(versions[version] === 'accepted') }],
        ),
      ),
  ],
  [
    'plaintext_accepted',
    'Whether a startup packet without TLS is accepted. Absent where there was no answer.',
    ['address'],
    ({ offer }) =>
      offer.addresses.flatMap(({ address, plaintext }) =>
        plaintext?.kind === 'authentication' || plaintext?.kind === 'refused'
          ? [{ labels: { address }, value: Number(plaintext.kind === 'authentication') }]
          : [],
      ),
  ],
  [
    'certificate_not_after_seconds',
    "When the server's certificate, or one that it presents with it, expires (Unix time).",
    ['address', 'subject', 'issuer'],
    ({ offer }) =>
      offer.addresses.flatMap(({ address, tls }) =>
        tls?.kind === 'established'
          ? tls.presented.map(({ subject, issuer, validTo }) => ({
              labels: { address, subject, issuer },
              value: validTo.getTime() / 1000,
            }))
          : [],
      ),
  ],
  [
    'certificate_trusted',
    'Whether a verify-full client would accept the certificate.',
    ['address'],
    ({ offer }) =>
      offer.addresses.flatMap(({ address, tls }) =>
        tls?.kind === 'established' ? [{ labels: { address }, value: Number(tls.trusted) }] : [],
      ),
  ],
  [
    'in_recovery',
    'Whether the server is a replica.',
    [],
    ({ live }) => (live ? one(live.role === 'replica') : []),
  ],
  [
    'ssl_enabled',
    'The setting ssl.',
    [],
    ({ live }) => (live ? one(live.settings.get('ssl')?.value === 'on') : []),
  ],
  [
    'plaintext_sessions',
    'Sessions in plaintext that the policy wants encrypted.',
    ['user', 'database', 'application'],
    plaintextSessions,
  ],
  [
    'sessions',
    'Sessions that are visible to the role that probes.',
    [],
    ({ live }) => (live?.sessions ? [{ value: live.sessions.length }] : []),
  ],
  [
    'survivor_sessions',
    'Sessions older than the rules, which would refuse them today.',
    [],
    ({ live }) => (live?.hba ? [{ value: live.survivors.length }] : []),
  ],
  [
    'findings',
    'Findings by rule and severity.',
    ['rule', 'severity'],
    ({ violations, warnings }) => [
      ...countBy([...violations, ...warnings], ({ rule, severity }) => ({ rule, severity })),
    ],
  ],
  [
    'not_visible',
    'What the probe or its role cannot see: not clean, but unknown. Of a server that is down, up says it.',
    ['what'],
    ({ unseen, status }) =>
      (status === 'unreachable' ? [] : unseen).map(({ what }) => ({ labels: { what }, value: 1 })),
  ],
]

const one = (value: boolean): readonly Sample[] => [{ value: Number(value) }]

/** A total without labels that is always there, so that zero can be told from nothing. */
function plaintextSessions({ live, plaintext }: ServerAudit): readonly Sample[] {
  if (!live?.sessions) return []
  const samples = countBy(plaintext, ({ user, database, application }) => ({
    user,
    database: database ?? '',
    application,
  }))
  return samples.length > 0
    ? samples
    : [{ labels: { user: '', database: '', application: '' }, value: 0 }]
}

function countBy<T>(items: readonly T[], labelsOf: (item: T) => Record<string, string>): Sample[] {
  const counts = new Map<string, { labels: Record<string, string>; value: number }>()
  for (const item of items) {
    const labels = labelsOf(item)
    const key = JSON.stringify(labels)
    const known = counts.get(key) ?? { labels, value: 0 }
    counts.set(key, { ...known, value: known.value + 1 })
  }
  return [...counts.values()]
}

/** The metrics of one probe; without an audit the server was not reached in time. */
export async function render(audit: ServerAudit | undefined, seconds: number): Promise<string> {
  const registry = new Registry()
  const gauge = (name: string, help: string, labels: readonly string[]): Gauge =>
    new Gauge({ name: `verify_full_${name}`, help, labelNames: labels, registers: [registry] })
  for (const [name, help, labels, samplesOf] of METRICS) {
    const samples = audit ? samplesOf(audit) : name === 'up' ? one(false) : []
    if (samples.length === 0) continue
    const metric = gauge(name, help, labels)
    for (const sample of samples) metric.set(sample.labels ?? {}, sample.value)
  }
  gauge('probe_duration_seconds', 'How long the probe took.', []).set(seconds)
  return registry.metrics()
}
