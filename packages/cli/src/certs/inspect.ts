import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { type InspectedCertificate, type Inspection, inspectCertificates } from '@verify-full/certs'
import type { ServerOffer } from '@verify-full/server'
import { EXIT, type ExitCode, type Io } from '../command.js'
import { printable } from '../printable.js'
import { readNamed } from './files.js'

/** Options of `certs inspect`. */
export interface InspectOptions {
  readonly days: number
  readonly format: 'text' | 'json'
}

/** Shows the certificates of a file or of a server; findings are those that expire soon. */
export async function inspect(
  subject: string,
  { days, format }: InspectOptions,
  io: Io,
): Promise<ExitCode> {
  const content = await contentOf(subject, io)
  const inspection = inspectCertificates(content, subject, io.now())
  const expiring = inspection.daysLeft < days
  io.stdout.write(
    format === 'json'
      ? `${JSON.stringify({ subject, days, expiring, ...inspection }, null, 2)}\n`
      : text(inspection, days),
  )
  return expiring ? EXIT.findings : EXIT.clean
}

async function contentOf(subject: string, io: Io): Promise<Buffer | string> {
  if (existsSync(resolve(io.cwd, subject))) return readNamed(io.cwd, subject)
  const [, ipv6, name, port] = /^(?:\[([^\]]+)\]|([^:/]+)):(\d{1,5})$/.exec(subject) ?? []
  const host = ipv6 ?? name
  if (host === undefined) {
    throw new Error(`${subject}: no such file (a server is written host:port, db.example.com:5432)`)
  }
  const { probe } = await import('@verify-full/server')
  const offer = await probe({ host, port: Number(port) }, { roots: [], tests: [], now: io.now() })
  const established = offer.addresses.find(({ tls }) => tls?.kind === 'established')?.tls
  if (established?.kind !== 'established') {
    throw new Error(`${subject} presented no certificate: ${whyNone(offer)}`)
  }
  return established.presented.map(({ pem }) => pem).join('')
}

/** What came of it at each address: codes, never a server's text. */
function whyNone({ unresolved, addresses }: ServerOffer): string {
  if (unresolved) return `its name has no address (${unresolved.code})`
  const each = addresses.map(({ address, tcp, ssl, tls }) => {
    if (!tcp.connected) return `${address} cannot be reached (${tcp.failure.code})`
    if (ssl !== 'S') return `${address} answers SSLRequest with ${ssl}, not with S`
    return `the TLS handshake with ${address} failed (${tls?.kind === 'failed' ? tls.failure.code : '?'})`
  })
  return `${each.join('; ')}. verify-full doctor says what to do`
}

const ORDER: Readonly<Record<Inspection['order'], string>> = {
  single: 'one certificate',
  chain: 'a chain, in the order that ssl_cert_file needs',
  bundle: 'roots, as in root.crt',
  disordered:
    "not a chain: ssl_cert_file needs the server's certificate first, then the issuer of each one",
}

function text({ certificates, order }: Inspection, days: number): string {
  const count = certificates.length
  const blocks = certificates.map((certificate, index) => block(certificate, index, count, days))
  return `${blocks.join('\n')}\n${ORDER[order]}\n`
}

const NAMELESS = '(none: verify-full falls back to the common name)'

function block(it: InspectedCertificate, index: number, count: number, days: number): string {
  const rows: readonly (readonly [string, string])[] = [
    ['subject', it.subject || '(empty)'],
    ['names', it.names.join(', ') || (it.ca ? '(none)' : NAMELESS)],
    ['issuer', it.selfSigned ? '(itself: self-signed)' : it.issuer],
    ['valid', `${it.validFrom.toISOString()} to ${it.validTo.toISOString()}`],
    [
      'days left',
      `${it.daysLeft}${it.daysLeft < days ? `  EXPIRES IN LESS THAN ${days} DAYS` : ''}`,
    ],
    ['key', it.key],
    ['usage', it.ca ? 'authority' : it.purposes.join(' and ') || 'neither server nor client'],
    ['serial', it.serialNumber],
    ['sha256', it.fingerprint256],
  ]
  const title = count === 1 ? '' : `certificate ${index + 1} of ${count}\n`
  return `${title}${rows.map(([key, value]) => `  ${key.padEnd(10)}${printable(value)}\n`).join('')}`
}
