import type { Policy } from '@verify-full/core'
import type { AuditTarget } from '@verify-full/server'
import type { Io } from '../command.js'
import { targetOf } from './account.js'
import { readYaml } from './yaml-file.js'

/**
 * Reads a file of targets, YAML or JSON:
 *
 * ```yaml
 * targets:
 *   - name: orders
 *     conninfo: host=db1.example.com,db2.example.com user=audit dbname=orders sslmode=verify-full
 *     replicas: [db3.example.com:5433]
 *     standbyPort: 5433
 *     passwordEnv: ORDERS_AUDIT_PASSWORD
 * ```
 *
 * @throws Error that names the file and the target, and quotes nothing of it.
 */
export function readTargets(
  path: string,
  connect: boolean,
  policy: Policy,
  io: Pick<Io, 'env'>,
): readonly AuditTarget[] {
  const wrong = (why: string): never => {
    throw new Error(`${path}: ${why}`)
  }
  const rows = (readYaml(path, wrong) as { targets?: unknown } | null)?.targets
  if (!Array.isArray(rows) || rows.length === 0) return wrong('expected a list named targets')
  return rows.map((row: unknown, index) => {
    const place = `targets[${index}]`
    if (typeof row !== 'object' || row === null) return wrong(`${place} is no mapping`)
    const stray = Object.keys(row).find((key) => !Object.hasOwn(KEYS, key))
    if (stray !== undefined) {
      return wrong(`${place} has an unknown key; known: ${Object.keys(KEYS).join(', ')}`)
    }
    const target = row as Readonly<Record<string, unknown>>
    for (const [key, { accepts, expected }] of Object.entries(KEYS)) {
      if (!accepts(target[key])) return wrong(`${place}.${key} must be ${expected}`)
    }
    const { conninfo, name, replicas, standbyPort, passwordEnv } = target as unknown as Row
    const password = passwordEnv === undefined ? undefined : io.env[passwordEnv]
    if (passwordEnv !== undefined && password === undefined) {
      return wrong(`${place}.passwordEnv names a variable that is not set`)
    }
    try {
      const extra = {
        ...(name ? { name } : {}),
        ...(replicas ? { replicas } : {}),
        ...(standbyPort ? { standbyPort } : {}),
      }
      return targetOf(conninfo, { ...extra, password, connect }, policy, io)
    } catch (cause) {
      throw new Error(`${path}: ${place}: ${(cause as Error).message}`, { cause })
    }
  })
}

interface Row {
  readonly conninfo: string
  readonly name?: string
  readonly replicas?: readonly string[]
  readonly standbyPort?: number
  readonly passwordEnv?: string
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''
const isPort = (value: unknown): boolean =>
  Number.isInteger(value) && Number(value) > 0 && Number(value) <= 65_535
const orAbsent = (value: unknown, test: (value: unknown) => boolean): boolean =>
  value === undefined || test(value)

const KEYS: Readonly<
  Record<keyof Row, { accepts(value: unknown): boolean; readonly expected: string }>
> = {
  conninfo: { accepts: isText, expected: 'a connection string' },
  name: { accepts: (value) => orAbsent(value, isText), expected: 'a name' },
  replicas: {
    accepts: (value) => orAbsent(value, (list) => Array.isArray(list) && list.every(isText)),
    expected: 'a list of host:port',
  },
  standbyPort: { accepts: (value) => orAbsent(value, isPort), expected: 'a port' },
  passwordEnv: { accepts: (value) => orAbsent(value, isText), expected: 'the name of a variable' },
}
