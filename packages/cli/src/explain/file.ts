import { readFile } from 'node:fs/promises'
import { basename, extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { DriverName } from '@verify-full/core'
import type { Subject } from './readers.js'

type Options = Readonly<Record<string, unknown>>

/**
 * Loads what `--file path#export` names: a module (it is run, as the application would) or a JSON file.
 * Behind `#` stands a path into what it exports: `knexfile.js#production`.
 *
 * @throws Error naming the file where it cannot be loaded, or holds no options of a known library.
 */
export async function loadSubject(reference: string, cwd: string): Promise<Subject> {
  const hash = reference.lastIndexOf('#')
  const path = hash < 0 ? reference : reference.slice(0, hash)
  const steps = hash < 0 ? [] : reference.slice(hash + 1).split('.')
  const source = reference
  const module = await load(resolve(cwd, path), path)
  const exported = property(module, 'default') ?? module
  // `#name` is an export of that name, or a property of what is exported by default.
  const [first = ''] = steps
  const root = property(exported, first) === undefined ? module : exported
  const found = steps.length === 0 ? exported : steps.reduce<unknown>(property, root)
  if (typeof found === 'string') return { kind: 'string', text: found, source }
  // A DataSource, a Sequelize and a knex instance carry their options.
  const options = isOptions(property(found, 'options')) ? property(found, 'options') : found
  if (!isOptions(options)) {
    throw new Error(
      `${reference} is no options object; ${path} exports ${namesIn(exported, module)}`,
    )
  }
  const driver = DRIVERS.find(({ knows }) => knows(options, basename(path)))?.driver
  if (!driver) {
    const names = namesIn(exported, module)
    throw new Error(`${reference}: options of no PostgreSQL library known here; exported: ${names}`)
  }
  return { kind: 'options', driver, options, source }
}

/** How options show whose they are; the first that fits. */
const DRIVERS: readonly {
  driver: DriverName
  knows(options: Options, file: string): boolean
}[] = [
  {
    driver: 'knex',
    knows: ({ client, connection }, file) =>
      client !== undefined || (file.startsWith('knexfile') && connection !== undefined),
  },
  { driver: 'typeorm', knows: ({ type }) => ['postgres', 'cockroachdb'].includes(String(type)) },
  { driver: 'sequelize', knows: ({ dialect }) => String(dialect).startsWith('postgres') },
  {
    driver: 'mikro-orm',
    knows: ({ clientUrl, driverOptions }) => Boolean(clientUrl ?? driverOptions),
  },
  { driver: 'slonik', knows: ({ connectionUri }) => connectionUri !== undefined },
  {
    driver: 'pg',
    knows: ({ connectionString, host, ssl }) =>
      [connectionString, host, ssl].some((value) => value !== undefined),
  },
]

async function load(path: string, shown: string): Promise<unknown> {
  try {
    if (extname(path) === '.json') return JSON.parse(await readFile(path, 'utf8'))
    return (await import(pathToFileURL(path).href)) as unknown
  } catch (error) {
    const code = property(error, 'code')
    const known = typeof code === 'string' ? (CODES[code] ?? code) : undefined
    const why = known ?? (error instanceof Error ? error.name : 'an error')
    // The message may quote the file, and the file may hold a password.
    throw new Error(`${shown} cannot be loaded (${why})`, { cause: error })
  }
}

const CODES: Readonly<Record<string, string>> = {
  ERR_UNKNOWN_FILE_EXTENSION: `Node ${process.versions.node} runs no TypeScript: 22.18 or newer does`,
}

const namesIn = (...objects: readonly unknown[]): string =>
  [...new Set(objects.filter(isOptions).flatMap((it) => Object.keys(it)))].join(', ') || 'nothing'

const isOptions = (value: unknown): value is Options => typeof value === 'object' && value !== null

const property = (from: unknown, key: string): unknown =>
  typeof from === 'object' && from !== null ? (from as Options)[key] : undefined
