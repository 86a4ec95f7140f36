/** What no code in this process can guard, said once at the start where it can be seen. */
import { createRequire } from 'node:module'
import { join } from 'node:path'

/** Opens connections in native code. */
interface Unguarded {
  readonly name: string
  readonly concerns: (version: string) => boolean
  readonly message: string
}

const UNGUARDED: readonly Unguarded[] = [
  {
    name: 'pg-native',
    concerns: () => true,
    message:
      'pg-native is installed: its TLS cannot be observed, so that connections through it (pg.native, TypeORM, NODE_PG_FORCE_NATIVE) are refused; remove it',
  },
  {
    name: '@prisma/client',
    concerns: (version) => Number.parseInt(version, 10) <= 6,
    message:
      "Prisma's engine before version 7 opens its own connections outside JavaScript: they are NOT guarded; use @prisma/adapter-pg, and sslmode=require&sslaccept=strict until then",
  },
]

/** The command of Prisma, of whichever version, and what it connects for from Rust. */
const PRISMA_COMMAND = /[\\/](?:\.bin[\\/]prisma|prisma[\\/]build[\\/]index\.js)$/
const DIALS: readonly string[] = ['migrate', 'db']

/** Emits a process warning for each library that opens connections where nothing here can see them. */
export function warnOfUnguarded(
  { NODE_PG_FORCE_NATIVE }: Readonly<Record<string, string | undefined>>,
  folder: string,
  warn: (message: string) => void = emit,
): void {
  const require = createRequire(join(folder, 'package.json'))
  for (const { name, concerns, message } of UNGUARDED) {
    try {
      const { version } = require(`${name}/package.json`) as { version: string }
      if (concerns(version)) warn(message)
    } catch {
      // Not installed, or its manifest is not exported: nothing to say.
    }
  }
  const [, program = '', command = ''] = process.argv
  if (PRISMA_COMMAND.test(program) && DIALS.includes(command)) {
    warn(
      `prisma ${command} connects from its schema engine, outside JavaScript: it is NOT guarded; set sslmode=require&sslaccept=strict for it`,
    )
  }
  if (NODE_PG_FORCE_NATIVE) warn('NODE_PG_FORCE_NATIVE is set: every connection of pg is refused')
}

const emit = (message: string): void =>
  process.emitWarning(message, { type: 'VerifyFullWarning', code: 'VERIFY_FULL_UNGUARDED' })
