import { join, resolve } from 'node:path'
import { createRequest } from '@verify-full/certs'
import { EXIT, type ExitCode, type Io } from '../command.js'
import { writeNew } from './files.js'
import { hostsOf, inWords } from './hosts.js'

/** Options of `certs request`. */
export interface RequestOptions {
  readonly host: readonly string[]
  readonly ip?: readonly string[]
  readonly out: string
}

/** Makes a key and a signing request, and says what to do with them. */
export async function request(options: RequestOptions, io: Io): Promise<ExitCode> {
  const { host, ip, out } = options
  const directory = resolve(io.cwd, out)
  const made = await inWords(createRequest({ hosts: hostsOf(host, ip) }))
  writeNew(directory, [
    { name: 'server.key', content: made.key, secret: true },
    { name: 'server.csr', content: made.request },
  ])
  const path = (name: string): string => join(directory, name)
  io.stdout.write(`${path('server.key')}  (mode 0600; it never leaves this machine)
${path('server.csr')}  (send this one to the authority)

What comes back, the certificate first and then its intermediates, goes into one file server.crt:
  verify-full certs inspect server.crt
  verify-full certs rehearse --root root.crt --next server.crt --host ${host[0]}
`)
  return EXIT.clean
}
