import type { Endpoint, Origin, Plan, Transport } from './model.js'
import type { Report } from './report.js'
import {
  type Context,
  driverOf,
  type Finding,
  rules,
  type Subject,
  type Violation,
} from './rules.js'
import { SENTENCES, type Words } from './sentences.js'

/** A finding in words, for the driver that reads the configuration. */
export function describe(finding: Finding, subject: Subject, { policy }: Context): Violation {
  const words: Words = {
    ...finding,
    driver: driverOf(subject),
    minimum: policy.minimum,
    minTlsVersion: policy.minTlsVersion,
    outcome: 'transports' in subject ? formatTransports(subject) : '',
    host: subject.endpoint.kind === 'tcp' ? subject.endpoint.host : subject.endpoint.path,
  }
  const [expected, actual, fix] = SENTENCES[finding.rule](words)
  const severity = rules.find(({ id }) => id === finding.rule)?.severity ?? 'violation'
  const docs = `docs/rules.md#${finding.rule}`
  return Object.freeze({ ...finding, severity, expected, actual, fix, docs })
}

/** The whole message of a refusal: one paragraph per violation, most specific first. */
export function formatViolations({ driver, name, endpoint, violations }: Report): string {
  const count = violations.length === 1 ? 'a violation' : `${violations.length} violations`
  const paragraphs = violations.map(formatViolation)
  return [
    `verify-full refused the ${driver} connection ${name ? `${name} ` : ''}to ${formatEndpoint(endpoint)}: ${count}`,
    ...paragraphs,
  ].join('\n\n')
}

/** The whole message of a refusal of several connections: which, then each as if it stood alone. */
export function formatReports(reports: readonly Report[]): string {
  const alone = reports.map(formatViolations)
  if (alone.length === 1) return alone.join('')
  const names = reports.map(({ name, endpoint }) => name ?? formatEndpoint(endpoint))
  return [`verify-full refused ${names.length} connections: ${names.join(', ')}`, ...alone].join(
    '\n\n',
  )
}

/** One violation, as it stands in an error message. */
export const formatViolation = ({ rule, expected, actual, origin, fix }: Violation): string =>
  [
    `  ${rule}`,
    `    expected  ${expected}`,
    `    found     ${actual}`,
    `    from      ${formatOrigin(origin)}`,
    `    fix       ${fix}`,
  ].join('\n')

/** An origin as a place to look at: `URL parameter sslmode`, `option ssl.ca`, `.env:3 PGSSLMODE`. */
export function formatOrigin({ via, key, at }: Origin): string {
  const place = at ? `${at.file}:${at.line}${at.column ? `:${at.column}` : ''} ` : ''
  return place + VIA[via](key)
}

/** `db.example.com:5432`, `[::1]:5432`, or a socket's path; never a user name. */
export function formatEndpoint(endpoint: Endpoint): string {
  if (endpoint.kind === 'unix') return endpoint.path
  const { host, hostaddr, port } = endpoint
  // Of a string that is misread the port may be a piece of the password, too: `(unreadable host)`.
  if (host.startsWith('(')) return host
  const name = host.includes(':') ? `[${host}]` : host
  return `${name}:${port}${hostaddr ? ` (at ${hostaddr})` : ''}`
}

/** Transports in the order they would be tried: `tls(none), then plaintext`. */
export const formatTransports = ({ transports }: Pick<Plan, 'transports'>): string =>
  transports.map(formatTransport).join(', then ')

const formatTransport = (transport: Transport): string =>
  transport.kind === 'tls' ? `tls(${transport.verification})` : transport.kind

const VIA: Record<Origin['via'], (key: string) => string> = {
  uri: (key) => (key === 'connectionString' ? 'the connection string' : `URL parameter ${key}`),
  keyword: (key) => `connection string keyword ${key}`,
  option: (key) => `option ${key}`,
  env: (key) => `environment variable ${key}`,
  service: (key) => `service file keyword ${key}`,
  file: (key) => `file ${key}`,
  server: (key) => `the server's ${key}`,
  default: (key) => DEFAULTS[key] ?? `default of ${key}`,
}

const DEFAULTS: Record<string, string> = {
  'pg-native': 'the package pg-native, which is installed',
  ssl: 'nothing: no sslmode, ssl option or PGSSLMODE is set',
  sslmode: 'nothing: no sslmode or PGSSLMODE is set',
  socket: 'the connection itself (its socket)',
  pg_stat_ssl: "the connection itself (the server's pg_stat_ssl)",
  authentication: 'the connection itself (its authentication)',
  certificate: "the connection itself (the server's certificate)",
}
