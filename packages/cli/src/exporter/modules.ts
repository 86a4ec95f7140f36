import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { definePolicy, loadRoots, type Policy, type PolicyOptions } from '@verify-full/core'
import type { AuditTarget, ProbeTarget } from '@verify-full/server'
import type { Io } from '../command.js'
import { connector } from '../servers/connector.js'
import { readYaml } from '../servers/yaml-file.js'

/** How a target is probed. All secrets are here, none is in a URL. */
export interface Module {
  readonly policy: Policy
  readonly timeoutMillis: number
  /** The target of the URL with the account of the module. */
  target(server: ProbeTarget): AuditTarget
}

interface Row {
  readonly user?: string
  readonly database?: string
  readonly passwordEnv?: string
  readonly passwordFile?: string
  readonly rootCert?: string
  readonly connect?: boolean
  readonly timeoutSeconds?: number
  readonly policy?: PolicyOptions
}

const isMapping = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const text = {
  accepts: (value: unknown): boolean => typeof value === 'string' && value !== '',
  expected: 'a text',
}
const KEYS: Readonly<
  Record<keyof Row, { accepts(value: unknown): boolean; readonly expected: string }>
> = {
  user: text,
  database: text,
  passwordEnv: text,
  passwordFile: text,
  rootCert: text,
  connect: { accepts: (value) => typeof value === 'boolean', expected: 'true or false' },
  timeoutSeconds: {
    accepts: (value) => typeof value === 'number' && value > 0 && value <= 600,
    expected: 'seconds, at most 600',
  },
  policy: { accepts: isMapping, expected: 'options of a policy' },
}

/** What there is without a file: no account, so only what needs no credentials. */
export const withoutFile = (): ReadonlyMap<string, Module> =>
  new Map([['default', moduleOf({}, '.', { env: {} })]])

/**
 * Reads the modules file. Passwords and roots come from files or variables and are read anew for every probe,
 * so that they can be rotated; what is not there at the start is an error at the start.
 *
 * @throws Error that names the file and the module, and quotes nothing of it.
 */
export function readModules(path: string, io: Pick<Io, 'env'>): ReadonlyMap<string, Module> {
  const wrong = (why: string): never => {
    throw new Error(`${path}: ${why}`)
  }
  const rows = (readYaml(path, wrong) as { modules?: unknown } | null)?.modules
  if (!isMapping(rows)) return wrong('expected a mapping named modules')
  const named = Object.entries(rows as object)
  if (named.length === 0) return wrong('there is no module in it')
  const modules = named.map(([name, row]: [string, unknown]): [string, Module] => {
    if (!isMapping(row)) return wrong(`module ${name} is no mapping`)
    for (const [key, value] of Object.entries(row as object)) {
      const known = Object.hasOwn(KEYS, key) ? KEYS[key as keyof Row] : undefined
      if (!known) {
        return wrong(`module ${name} has an unknown key; known: ${Object.keys(KEYS).join(', ')}`)
      }
      if (!known.accepts(value)) return wrong(`module ${name}: ${key} must be ${known.expected}`)
    }
    try {
      return [name, moduleOf(row as Row, dirname(path), io)]
    } catch (cause) {
      throw new Error(`${path}: module ${name}: ${(cause as Error).message}`, { cause })
    }
  })
  return new Map(modules)
}

function moduleOf(row: Row, folder: string, { env }: Pick<Io, 'env'>): Module {
  const { user, database = user, passwordEnv, passwordFile, rootCert } = row
  const path =
    rootCert === undefined || rootCert === 'system' ? rootCert : resolve(folder, rootCert)
  const policy = definePolicy({ ...row.policy, ...(path ? { rootCert: path } : {}) })
  const password = (): string | undefined => {
    if (passwordFile) return readPassword(resolve(folder, passwordFile))
    return passwordEnv === undefined ? undefined : env[passwordEnv]
  }
  loadRoots({ kind: 'unset' }, policy.rootCert)
  if (password() === undefined && passwordEnv !== undefined) {
    throw new Error('passwordEnv names a variable that is not set')
  }
  return {
    policy,
    timeoutMillis: (row.timeoutSeconds ?? 10) * 1000,
    target: (server) => {
      const roots = loadRoots({ kind: 'unset' }, policy.rootCert).pem
      return {
        servers: [server],
        ...(roots ? { roots } : {}),
        ...(user ? { account: { user, ...(database ? { database } : {}) } } : {}),
        ...(user && row.connect !== false
          ? {
              connect: (to, signal) =>
                connector(
                  { user, database, password: password(), certificate: undefined, key: undefined },
                  roots,
                  policy,
                )(to, signal),
            }
          : {}),
      }
    },
  }
}

function readPassword(path: string): string {
  try {
    return readFileSync(path, 'utf8').trimEnd()
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error'
    throw Object.assign(new Error(`passwordFile ${path} cannot be read (${code})`, { cause }), {
      code,
    })
  }
}
