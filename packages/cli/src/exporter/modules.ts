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
  policy: { accepts: (value) => typeof value === 'object', expected: 'options of a policy' },
}

/** What there is without a file: no account, so only what needs no credentials. */
export const WITHOUT_FILE: ReadonlyMap<string, Module> = new Map([
  ['default', moduleOf({}, '.', { env: {} })],
])

/**
 * Reads the modules file. Passwords come from files or variables and are read anew for every connection,
 * so that they can be rotated.
 *
 * @throws Error that names the file and the module, and quotes nothing of it.
 */
export function readModules(path: string, io: Pick<Io, 'env'>): ReadonlyMap<string, Module> {
  const wrong = (why: string): never => {
    throw new Error(`${path}: ${why}`)
  }
  const rows = (readYaml(path, wrong) as { modules?: unknown } | null)?.modules
  if (typeof rows !== 'object' || rows === null) return wrong('expected a mapping named modules')
  const modules = Object.entries(rows).map(([name, row]: [string, unknown]): [string, Module] => {
    if (typeof row !== 'object' || row === null) return wrong(`module ${name} is no mapping`)
    for (const [key, value] of Object.entries(row)) {
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
    if (passwordFile) return readFileSync(resolve(folder, passwordFile), 'utf8').trimEnd()
    return passwordEnv === undefined ? undefined : env[passwordEnv]
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
