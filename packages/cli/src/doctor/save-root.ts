import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import type { CertificateFacts } from '@verify-full/core/offline'
import type { Examination } from '@verify-full/server'
import type { Io } from '../command.js'
import { printable } from '../printable.js'

/**
 * Stores the root that the server presented, once somebody has compared its fingerprint: with
 * `fingerprint`, or by typing yes at a terminal. Resolves with the path, or undefined where nothing was
 * stored because it is not what was expected.
 *
 * @throws Error where nobody can be asked, or the file is there already.
 */
export async function saveRoot(
  { offeredRoot, host, port }: Examination,
  file: string,
  fingerprint: string | undefined,
  io: Io,
): Promise<string | undefined> {
  if (!offeredRoot) {
    io.stderr.write(
      'nothing to save: the server presents no root that is not trusted already; ' +
        'where the issuer is missing, the CA certificate has to come from whoever runs the server\n',
    )
    return undefined
  }
  if (fingerprint === undefined && io.stdin.isTTY !== true) {
    throw new Error(
      '--save-root asks at a terminal; in scripts give --fingerprint SHA256, from a source other than ' +
        'this connection',
    )
  }
  const accepted =
    fingerprint === undefined
      ? await ask(offeredRoot, `${host}:${port}`, io)
      : hex(fingerprint) === hex(offeredRoot.fingerprint256)
  if (!accepted) {
    io.stderr.write(
      fingerprint === undefined
        ? 'nothing was saved\n'
        : `nothing was saved: the server presents ${offeredRoot.fingerprint256}, which is not the fingerprint you gave\n`,
    )
    return undefined
  }
  const path = resolve(io.cwd, file)
  try {
    writeFileSync(path, offeredRoot.pem, { flag: 'wx', mode: 0o644 })
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const why = code === 'EEXIST' ? 'is already there: nothing is overwritten' : `(${code})`
    throw new Error(`${path} cannot be written ${why}`, { cause })
  }
  io.stderr.write(`saved ${path}: write sslmode=verify-full and sslrootcert=${path}\n`)
  return path
}

const hex = (fingerprint: string): string =>
  fingerprint
    .replace(/^sha-?256[:=\s]*/i, '')
    .replace(/[:\s]/g, '')
    .toLowerCase()

async function ask(root: CertificateFacts, from: string, io: Io): Promise<boolean> {
  io.stderr.write(`
${from} presents this authority:
  subject  ${printable(root.subject)}
  valid    ${root.validFrom.toISOString()} to ${root.validTo.toISOString()}
  sha256   ${root.fingerprint256}
Whoever answers on the network can present any certificate. Compare the fingerprint with one that comes
from somewhere else: the provider's page, the server's own disk (openssl x509 -noout -fingerprint -sha256).
`)
  const lines = createInterface({ input: io.stdin, output: io.stderr })
  try {
    return (await lines.question('Is it the same? Type yes to save it: ')).trim() === 'yes'
  } finally {
    lines.close()
  }
}
