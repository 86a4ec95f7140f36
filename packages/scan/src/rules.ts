import type { DirectFinding, Range, ScanSeverity } from './model.js'

/** What the scanner itself finds: about files, where core's rules are about connections. */
export const SCAN_RULE_IDS = [
  'undetermined',
  'conninfo-unreadable',
  'file-unreadable',
  'ignore-without-reason',
  'ignore-expired',
  'passfile-permissions',
  'server-accepts-plaintext',
  'pooler-below-verify-full',
  'driver-misverifies-addresses',
  'native-driver-installed',
] as const
export type ScanRuleId = (typeof SCAN_RULE_IDS)[number]

interface ScanRule {
  readonly severity: ScanSeverity
  sentence(it: string): readonly [expected: string, actual: string, fix: string]
}

const RULES: Readonly<Record<ScanRuleId, ScanRule>> = {
  undetermined: {
    severity: 'note',
    sentence: (it) => [
      'a protection that can be read in the file',
      `${it} decides, and it is known only at run time`,
      'write sslmode=verify-full here, and leave only host, user and password to variables; or check with verify-full doctor where it runs',
    ],
  },
  'conninfo-unreadable': {
    severity: 'error',
    sentence: (it) => [
      'a connection string that libpq can read',
      `libpq refuses it: ${it}`,
      'write postgres://user:password@host:5432/database?sslmode=verify-full, with special characters percent-encoded',
    ],
  },
  'file-unreadable': {
    severity: 'note',
    sentence: (it) => [
      'a file that can be read',
      it,
      'repair the file, or list it in .verify-fullignore',
    ],
  },
  'ignore-without-reason': {
    severity: 'error',
    sentence: (it) => [
      'verify-full-ignore-next-line RULE -- reason',
      it,
      'name the rule and say why after --, for whoever reads it next year',
    ],
  },
  'ignore-expired': {
    severity: 'error',
    sentence: (it) => [
      'an exception that is still valid',
      `the exception ended on ${it}`,
      'mend the connection, or renew the date with a new reason',
    ],
  },
  'passfile-permissions': {
    severity: 'error',
    sentence: (it) => [
      'a password file that only its owner can read',
      `its mode is ${it}: others on this machine can read the passwords, and libpq ignores the file`,
      'chmod 0600 the file',
    ],
  },
  'server-accepts-plaintext': {
    severity: 'error',
    sentence: (it) => [
      'a server that refuses connections without TLS',
      it,
      'set rds.force_ssl = 1 (RDS, Aurora), ssl_mode = "ENCRYPTED_ONLY" (Cloud SQL), require_secure_transport = on (Azure)',
    ],
  },
  'pooler-below-verify-full': {
    severity: 'error',
    sentence: (it) => [
      'server_tls_sslmode = verify-full, client_tls_sslmode = require or stricter',
      it,
      'PgBouncer is both a server and a client: set server_tls_sslmode = verify-full with server_tls_ca_file, and client_tls_sslmode = require',
    ],
  },
  'driver-misverifies-addresses': {
    severity: 'error',
    sentence: (it) => [
      'pg 8.23.1 or newer where the host is an IP address',
      `${it}: older versions check the certificate against the name localhost`,
      'upgrade pg to 8.23.1, or connect by name',
    ],
  },
  'native-driver-installed': {
    severity: 'warning',
    sentence: () => [
      'the JavaScript client of pg',
      'pg-native is installed beside typeorm, which then uses it without being told: its TLS cannot be observed',
      'remove pg-native, or pass driver: the pg module to the DataSource',
    ],
  },
}

/** A finding of the scanner's own; `it` is a name, a mode or a fixed sentence, never free text of a file. */
export function directFinding(rule: ScanRuleId, at: Range, it = ''): DirectFinding {
  const { severity, sentence } = RULES[rule]
  const [expected, actual, fix] = sentence(it)
  return { rule, severity, at, expected, actual, fix, docs: `docs/scan.md#${rule}` }
}
