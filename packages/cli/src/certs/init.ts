import { resolve } from 'node:path'
import {
  createAuthority,
  createSelfSigned,
  issueClientCertificate,
  issueServerCertificate,
} from '@verify-full/certs'
import { EXIT, type ExitCode, type Io } from '../command.js'
import { composeFile, containerHba } from './compose.js'
import { type NewFile, writeNew } from './files.js'
import { hostsOf, inWords } from './hosts.js'
import { connectionString, type Layout, pgHba, postgresqlConf } from './settings.js'

/** Options of `certs init`. */
export interface InitOptions {
  readonly host: readonly string[]
  readonly ip?: readonly string[]
  readonly out: string
  readonly days: number
  readonly client?: readonly string[]
  readonly dockerCompose?: boolean
  readonly selfSigned?: boolean
}

/** Makes the files, and prints what PostgreSQL and its clients have to be told. */
export async function init(options: InitOptions, io: Io): Promise<ExitCode> {
  const { host, ip, client: clients = [], selfSigned = false } = options
  if (selfSigned && clients.length > 0) {
    throw new Error('--client needs an authority: leave --self-signed out')
  }
  const odd = clients.find((role) => !/^[\w.-]+$/.test(role))
  if (odd !== undefined) {
    throw new Error('--client: a role is a file name here: letters, digits, "_", "." and "-" only')
  }
  const directory = resolve(io.cwd, options.out)
  const wanted = { hosts: hostsOf(host, ip), days: options.days, now: io.now() }
  const files = await inWords(selfSigned ? ownIssuer(wanted) : withAuthority(wanted, clients))
  const compose: readonly NewFile[] = options.dockerCompose
    ? [
        { name: 'compose.yaml', content: composeFile() },
        { name: 'pg_hba.conf', content: containerHba(clients) },
      ]
    : []
  writeNew(directory, [...files, ...compose])
  const layout: Layout = { directory, host: host[0] ?? '', clients }
  io.stdout.write(instructions(layout, [...files, ...compose], options))
  if (selfSigned) io.stderr.write(WARNING)
  return EXIT.clean
}

interface Wanted {
  readonly hosts: readonly string[]
  readonly days: number
  readonly now: Date
}

async function ownIssuer(wanted: Wanted): Promise<readonly NewFile[]> {
  const server = await createSelfSigned(wanted)
  return [
    { name: 'root.crt', content: server.certificate },
    { name: 'server.crt', content: server.chain },
    { name: 'server.key', content: server.key, secret: true },
  ]
}

async function withAuthority(
  { hosts, days, now }: Wanted,
  clients: readonly string[],
): Promise<readonly NewFile[]> {
  const name = `${hosts[0]} development CA`.slice(-64)
  // Ten years, or longer than what it signs.
  const authority = await createAuthority({ name, now, days: Math.max(3650, days) })
  const server = await issueServerCertificate(authority, { hosts, days, now })
  const issued = clients.map(async (user): Promise<readonly NewFile[]> => {
    const client = await issueClientCertificate(authority, { user, days, now })
    return [
      { name: `client-${user}.crt`, content: client.chain },
      { name: `client-${user}.key`, content: client.key, secret: true },
    ]
  })
  return [
    { name: 'ca.key', content: authority.key, secret: true },
    { name: 'root.crt', content: authority.root },
    { name: 'server.crt', content: server.chain },
    { name: 'server.key', content: server.key, secret: true },
    ...(await Promise.all(issued)).flat(),
  ]
}

const indented = (lines: readonly string[]): string => lines.map((line) => `  ${line}`).join('\n')

function instructions(
  layout: Layout,
  files: readonly NewFile[],
  { dockerCompose, selfSigned }: InitOptions,
): string {
  const { directory, clients } = layout
  const written = files.map(({ name, secret }) => `${name}${secret ? '  (mode 0600)' : ''}`)
  const sections = [
    [`written to ${directory}`, written],
    ['postgresql.conf', postgresqlConf(layout)],
    [
      'pg_hba.conf (hostssl only: remove every line that begins with host or hostnossl)',
      pgHba(layout),
    ],
    [
      "the key's owner (the account that PostgreSQL runs as; the server refuses a key that others can read)",
      [`chown postgres ${shellQuote(`${directory}/server.key`)}`],
    ],
    ['reload', ['select pg_reload_conf();']],
    [
      'clients',
      [connectionString(layout), ...clients.map((role) => connectionString(layout, role))],
    ],
    ...(selfSigned
      ? []
      : [['ca.key signs certificates that every client trusts', CA_KEY] as const]),
    ...(dockerCompose ? [['docker', ['POSTGRES_PASSWORD=... docker compose up -d']] as const] : []),
  ] as const
  return `${sections.map(([title, lines]) => `${title}\n${indented(lines)}\n`).join('\n')}`
}

const CA_KEY = ['move it off the server: PostgreSQL does not need it'] as const

const WARNING = `
warning: the certificate is its own issuer. Every renewal has to reach every client's root.crt on the same
day. With an authority (leave --self-signed out) clients keep their root.crt. For development only.
`

const shellQuote = (text: string): string =>
  /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
