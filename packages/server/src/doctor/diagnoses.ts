import { isIP } from 'node:net'
import type { CertificateFacts } from '@verify-full/core/offline'
import { nearestName } from './names.js'
import type { DiagnosisId, StepId } from './types.js'

/** What the sentences speak of; a row reads what its own cause has found out. */
export interface Facts {
  readonly host: string
  readonly port: number
  readonly now: Date
  /** A path, an option or `system`. */
  readonly roots: string
  /** The certificate in question: the server's, or the one of the chain that is at fault. */
  readonly certificate?: CertificateFacts
  /** Name of the issuer that is missing or unknown. */
  readonly issuer?: string
  /** An error code, an SQLSTATE, a version. */
  readonly code?: string
  /** A sentence made elsewhere: by the guard's rules, or by the reader of root.crt. */
  readonly found?: string
  readonly fix?: string
}

interface Row {
  readonly step: StepId
  readonly say: (facts: Facts) => readonly [problem: string, fix: string]
}

const day = (date: Date | undefined): string =>
  date?.toISOString().slice(0, 16).replace('T', ' ') ?? '?'
const place = ({ host, port }: Facts): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`
const rootsOf = ({ roots }: Facts): string =>
  roots === 'system'
    ? 'the list of public CAs (no sslrootcert is set, and there is no ~/.postgresql/root.crt)'
    : roots
const names = ({ certificate }: Facts): string => certificate?.names.join(', ') || 'no name at all'

/** How to get a root without trusting whoever answers. */
const COMPARE =
  'get the CA certificate from whoever runs the server (never from the connection alone), compare its SHA-256 fingerprint, and name the file in sslrootcert; verify-full doctor --save-root FILE does it with the certificate shown here'

/**
 * One row per cause: where it stops, what is wrong, what to do. No fix turns verification off.
 */
export const DIAGNOSES: Readonly<Record<DiagnosisId, Row>> = {
  'configuration-refused': row('configuration', ({ found, fix }) => [
    found ?? 'the configuration does not verify the server',
    fix ?? 'write sslmode=verify-full',
  ]),
  'root-cert-unusable': row('root certificates', ({ found }) => [
    `the root certificates cannot be used: ${found}`,
    "let sslrootcert name a readable file with the complete PEM certificate of the server's CA: not the server's key, and not a path inside quotes",
  ]),
  'root-cert-not-a-root': row('root certificates', ({ roots, found }) => [
    `${roots} holds ${found}, which is no root (it is not self-signed): no chain can end there`,
    "root.crt must hold the self-signed certificate at the top of the chain: the CA's, not the server's own and not an intermediate alone",
  ]),
  'name-unresolved': row('name resolution', ({ host, code }) => [
    `the name ${host} has no address (${code})`,
    'check the spelling; a name of a private network resolves only there (VPN, cluster DNS); some providers publish IPv6 addresses only',
  ]),
  'tcp-refused': row('tcp', (it) => [
    `nothing listens on ${place(it)}`,
    'is PostgreSQL running? Check the port, and listen_addresses in postgresql.conf (its default is localhost only)',
  ]),
  'tcp-timeout': row('tcp', (it) => [
    `${place(it)} does not answer: packets are dropped on the way`,
    'open the port in the firewall or security group for this machine, or connect from inside the network',
  ]),
  'tcp-unreachable': row('tcp', (it) => [
    `there is no route to ${place(it)} (${it.code})`,
    'IPv6-only hosts need IPv6 here; otherwise check the network, or dial another address with hostaddr',
  ]),
  'server-says-no': row('ssl request', () => [
    'the server answered N: it does not offer TLS on this port',
    'set ssl = on with ssl_cert_file and ssl_key_file in postgresql.conf and reload (verify-full certs init makes them); in front of PgBouncer set client_tls_sslmode; if both are on, somebody in between strips TLS: do not send the password',
  ]),
  'not-postgresql': row('ssl request', ({ code }) => [
    `what answers does not speak PostgreSQL's protocol (to SSLRequest it answered: ${code})`,
    'check host and port: this may be a web server, a proxy or a health check',
  ]),
  'ssl-request-unanswered': row('ssl request', () => [
    'the connection is accepted, but SSLRequest is never answered',
    'the server is overloaded or hangs, or something in between accepts connections for it (a load balancer without a backend); for a TLS-only port set sslnegotiation=direct',
  ]),
  'plaintext-injected': row('ssl request', () => [
    'plaintext came together with the answer S: somebody in between injects data (CVE-2021-23222)',
    'do not connect from this network; examine the path between this machine and the server',
  ]),
  'direct-tls-unavailable': row('tls handshake', ({ code }) => [
    `sslnegotiation=direct is set, but the server does not do it (${code})`,
    'direct TLS needs PostgreSQL 17 or newer: remove sslnegotiation, or upgrade',
  ]),
  'tls-version-too-old': row('tls handshake', ({ code }) => [
    `the server does not speak a TLS version that is allowed (${code})`,
    "set ssl_min_protocol_version = 'TLSv1.2' in postgresql.conf and leave ssl_max_protocol_version empty; a server older than that needs an upgrade",
  ]),
  'handshake-unanswered': row('tls handshake', () => [
    'the server said S, but never went on with the TLS handshake',
    'look at the server log for this moment; middleboxes that drop large packets (MTU) or inspect TLS look like this too',
  ]),
  'handshake-failed': row('tls handshake', ({ code }) => [
    `the TLS handshake failed (${code})`,
    'look at the server log for this moment: a key of the wrong kind, a certificate that a proxy demands, or an SNI that it does not know',
  ]),
  'self-signed': row('certificate chain', (it) => [
    `the server's certificate is self-signed (its own issuer), and ${rootsOf(it)} does not hold it`,
    COMPARE,
  ]),
  'unknown-root': row('certificate chain', (it) => [
    `the certificate was issued by ${it.issuer}, which ${rootsOf(it)} does not hold`,
    COMPARE,
  ]),
  'issuer-missing': row('certificate chain', (it) => [
    `the certificate was issued by ${it.issuer}: the server does not present that issuer, and ${rootsOf(it)} does not hold it`,
    `if ${it.issuer} is an intermediate, the server has to send it: append it to ssl_cert_file after the server's own certificate and reload. If it is the root of your CA, root.crt is of another CA: ${COMPARE}`,
  ]),
  'issuer-other-key': row('certificate chain', (it) => [
    `${rootsOf(it)} holds an authority called ${it.issuer}, but with another key than the one that signed this certificate`,
    'the authority was made anew (and root.crt is the old one), or this is another server that uses its name: ask whoever runs the server, compare fingerprints, then replace root.crt',
  ]),
  'not-an-authority': row('certificate chain', ({ issuer }) => [
    `${issuer} signed the certificate but may not: it is no authority (its basicConstraints do not say CA:TRUE, or its keyUsage lacks keyCertSign)`,
    'have the certificate issued by a real authority (verify-full certs init, or verify-full certs request) and put that one into root.crt',
  ]),
  'chain-refused': row('certificate chain', ({ code }) => [
    `OpenSSL refuses the certificate chain (${code})`,
    'inspect the chain with verify-full certs inspect host:port: a weak key or signature, a path length or a name constraint',
  ]),
  'not-a-server-certificate': row('certificate chain', ({ certificate }) => [
    `the certificate of ${certificate?.subject} is not for servers (its extended key usage is another)`,
    'use a certificate with the usage serverAuth as ssl_cert_file: a client certificate was put there',
  ]),
  'name-mismatch': row('host name', (it) => {
    const near = it.certificate && nearestName(it.certificate, it.host)
    return [
      `the certificate is not for ${it.host} but for ${names(it)}`,
      near
        ? `dial ${near} if that is this server (with hostaddr=ADDRESS where the name does not resolve), or have a certificate issued that names ${it.host}`
        : `have a certificate issued that names ${it.host} in subjectAltName`,
    ]
  }),
  'ip-not-in-certificate': row('host name', (it) => {
    const near = it.certificate && nearestName(it.certificate, it.host)
    return [
      `you dial an address, and the certificate is not for ${it.host} but for ${names(it)}`,
      near
        ? `dial the name: host=${near} hostaddr=${it.host}, or have a certificate issued with IP:${it.host} in subjectAltName`
        : `have a certificate issued with IP:${it.host} in subjectAltName`,
    ]
  }),
  'certificate-expired': row('dates', ({ certificate, now }) => [
    `the certificate of ${certificate?.subject} expired on ${day(certificate?.validTo)} UTC (here it is ${day(now)} UTC)`,
    "renew it on the server and reload PostgreSQL (select pg_reload_conf()); if that date is in the future for you, this machine's clock is wrong",
  ]),
  'root-expired': row('dates', ({ certificate, roots, now }) => [
    `the authority ${certificate?.subject} in ${roots} expired on ${day(certificate?.validTo)} UTC (here it is ${day(now)} UTC)`,
    "get the CA's current certificate, compare its fingerprint, and replace root.crt; verify-full certs rehearse tells beforehand",
  ]),
  'certificate-not-yet-valid': row('dates', ({ certificate, now }) => [
    `the certificate of ${certificate?.subject} is valid from ${day(certificate?.validFrom)} UTC on, and here it is ${day(now)} UTC`,
    'compare the clocks of both machines (date -u; timedatectl): one of them is wrong, or the certificate was installed too early',
  ]),
  'clock-behind': row('dates', ({ certificate, now }) => [
    `even the authority ${certificate?.subject} is not valid before ${day(certificate?.validFrom)} UTC, and here it is ${day(now)} UTC: this machine's clock is behind`,
    'set the clock (timedatectl set-ntp true), then try again',
  ]),
  'hba-refuses': row('startup', ({ code }) => [
    `pg_hba.conf has no line that lets this user, database and address in over TLS (${code})`,
    'add a line to pg_hba.conf: hostssl DATABASE USER ADDRESS scram-sha-256, and reload; the first line that matches decides',
  ]),
  'client-certificate-demanded': row('startup', () => [
    'the server demands a client certificate, and none is configured',
    'add sslcert and sslkey (mode 0600) to the connection string; the certificate is issued by the CA in ssl_ca_file, its common name is the role (verify-full certs init --client ROLE)',
  ]),
  'startup-refused': row('startup', ({ code }) => [
    `the server refuses the connection before authentication (SQLSTATE ${code})`,
    'the server log has the reason: starting up, too many connections, or not accepting connections',
  ]),
  'startup-unanswered': row('startup', () => [
    'TLS is verified, but the server does not answer the startup packet',
    'look at the server log; a proxy in front may have lost its backend',
  ]),
  'channel-binding-not-offered': row('startup', () => [
    'channel_binding=require is set, but the server does not offer SCRAM-SHA-256-PLUS',
    "set password_encryption = 'scram-sha-256', set the password again, and use scram-sha-256 in pg_hba.conf; behind a TLS terminator or pooler channel binding cannot work",
  ]),
  'pooler-plaintext': row('session', () => [
    'this connection is encrypted and verified, but a pooler stands in between, and its hop to PostgreSQL is in plaintext',
    "PgBouncer: server_tls_sslmode = verify-full and server_tls_ca_file; where that hop is a unix socket on one machine, set sessionCheck: 'local' in the policy",
  ]),
  'pooler-reencrypts': row('session', ({ found }) => [
    found ??
      'pg_stat_ssl describes another TLS session than this one: a pooler or TLS terminator stands in between',
    "verify PostgreSQL in the pooler too (server_tls_sslmode = verify-full), then set sessionCheck: 'local' in the policy",
  ]),
  'channel-binding-missing': row('session', ({ found, fix }) => [found ?? '', fix ?? '']),
  'session-refused': row('session', ({ found, fix }) => [found ?? '', fix ?? '']),
  'password-wrong': row('session', ({ code }) => [
    `the server is verified; it refuses the password or the role (SQLSTATE ${code})`,
    'this is not a TLS problem: check user and password (special characters in a URL are percent-encoded)',
  ]),
  'database-missing': row('session', ({ code }) => [
    `the server is verified and the password right; the database does not exist or is not yours (SQLSTATE ${code})`,
    'this is not a TLS problem: check the database name and CONNECT privileges',
  ]),
  'session-failed': row('session', ({ code }) => [
    `the server is verified, but no session came about (${code})`,
    'this is not a TLS problem: look at the server log',
  ]),
}

function row(step: StepId, say: Row['say']): Row {
  return { step, say }
}

/** The row for a name that does not match: addresses have another way out than names. */
export const nameDiagnosis = (host: string): DiagnosisId =>
  isIP(host) === 0 ? 'name-mismatch' : 'ip-not-in-certificate'
