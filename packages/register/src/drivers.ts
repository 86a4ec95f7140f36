import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Policy } from '@verify-full/core'
import type { Postgres } from '@verify-full/postgres'
import { type ClientClass, guardWhenLoaded, loadedOr, refuseToLoad } from './being-imported.js'
import { guardsOfPg, guardsOfPostgres, policyOfGuards } from './lazily.js'

/** A file whose export is a driver. */
export interface DriverFile {
  readonly format: 'commonjs' | 'module'
  /** Puts the guarded driver in the place of what the file exports. */
  guard(exported: unknown, policy: Policy): unknown
  /** The same for what has been handed out already; false where it is too late. */
  guardInPlace(exported: unknown, policy: Policy): boolean
}

const isFunction = (value: unknown): boolean => typeof value === 'function'

const PG: DriverFile = {
  format: 'commonjs',
  guard(exported, policy) {
    if (!isFunction(exported)) return exported
    const Client = exported as ClientClass
    const guards = loadedOr(guardsOfPg, () => undefined)
    if (guards) return guards.guardAmbientClass(Client, policy)
    guardWhenLoaded(Client, policy)
    return Client
  },
  guardInPlace(exported, policy) {
    if (!isFunction(exported)) return false
    const Client = exported as ClientClass
    const guards = loadedOr(guardsOfPg, () => undefined)
    if (guards) guards.guardAmbientPrototype(Client, policy)
    else guardWhenLoaded(Client, policy)
    return true
  },
}
const postgres = (format: DriverFile['format']): DriverFile => ({
  format,
  guard(exported, policy) {
    if (!isFunction(exported)) return exported
    const { guardFunction } = loadedOr(guardsOfPostgres, refuseToLoad)
    return guardFunction(exported as Postgres, policyOfGuards(policy), { early: false })
  },
  // A closure: who has it already keeps it. The sentinel stands.
  guardInPlace: () => false,
})

/** By package name and path in the package: every physical copy, under whichever name it is installed. */
const FILES: Readonly<Record<string, Readonly<Record<string, DriverFile>>>> = {
  pg: { 'lib/client.js': PG, 'lib/native/client.js': PG },
  postgres: { 'src/index.js': postgres('module'), 'cjs/src/index.js': postgres('commonjs') },
}
/** Looked at before the disk is. */
const CANDIDATE = /[\\/](?:lib[\\/](?:native[\\/])?client|src[\\/]index)\.js$/

/** What to do with a file that is being loaded; undefined where it is no driver's. */
export function driverFile(path: string): DriverFile | undefined {
  if (!CANDIDATE.test(path)) return undefined
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    const name = nameOf(join(folder, 'package.json'))
    if (name === undefined) continue
    return FILES[name]?.[path.slice(folder.length + 1).replaceAll('\\', '/')]
  }
  return undefined
}

/** A manifest without a name (cjs/package.json of postgres.js) is no package's. */
function nameOf(manifest: string): string | undefined {
  if (!names.has(manifest)) names.set(manifest, readName(manifest))
  return names.get(manifest)
}

function readName(manifest: string): string | undefined {
  try {
    const { name } = JSON.parse(readFileSync(manifest, 'utf8')) as { name?: unknown }
    return typeof name === 'string' ? name : undefined
  } catch {
    return undefined
  }
}

const names = new Map<string, string | undefined>()
