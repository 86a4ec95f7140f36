/** Applications of their own process, with register built from the sources beside them. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { rolldown } from 'rolldown'

const TEST = fileURLToPath(new URL('..', import.meta.url))
// Below test/, so that pg and postgres resolve as they do for this package.
const PARENT = join(TEST, '.register')

/** Entry points, by the name under which an application imports them. */
const ENTRIES = {
  '@verify-full/core': 'packages/core/src/index.ts',
  '@verify-full/core/start': 'packages/core/src/start.ts',
  '@verify-full/pg': 'packages/pg/src/index.ts',
  '@verify-full/pg/ambient': 'packages/pg/src/ambient.ts',
  '@verify-full/postgres': 'packages/postgres/src/index.ts',
  '@verify-full/knex': 'packages/knex/src/index.ts',
  '@verify-full/typeorm': 'packages/typeorm/src/index.ts',
  '@verify-full/register': 'packages/register/src/index.ts',
}

/** A folder with applications and node_modules/@verify-full. */
export interface Workshop {
  readonly folder: string
  /** Of register's bundle, for --import. */
  readonly register: string
  /** URL of each entry point. */
  readonly entries: Readonly<Record<string, string>>
  /** Writes a file; returns its path. */
  write(name: string, text: string): string
  remove(): void
}

/**
 * Builds the packages once, with one copy of what they share, as their published bundles have it. Drivers
 * resolve from `parent`.
 */
export async function workshop(parent: string = PARENT): Promise<Workshop> {
  mkdirSync(parent, { recursive: true })
  const folder = mkdtempSync(join(parent, 'run-'))
  const scope = join(folder, 'node_modules/@verify-full')
  const file = (name: string) => name.replace('@verify-full/', '').replace('/', '-')
  const bundle = await rolldown({
    input: Object.fromEntries(
      Object.entries(ENTRIES).map(([name, path]) => [file(name), join(TEST, '..', path)]),
    ),
    platform: 'node',
    resolve: { conditionNames: ['@verify-full/source', 'import', 'node'] },
    external: [/^(?:pg|postgres|knex|typeorm)(?:\/|$)/, /^node:/],
  })
  await bundle.write({ dir: join(scope, 'dist'), format: 'esm' })
  await bundle.close()
  writeFileSync(join(scope, 'dist/package.json'), '{"type":"module"}')
  const packages = new Set(Object.keys(ENTRIES).map((entry) => entry.split('/')[1] ?? ''))
  for (const name of packages) {
    mkdirSync(join(scope, name))
    const exported = Object.keys(ENTRIES)
      .filter((entry) => entry.split('/')[1] === name)
      .map((entry) => [`.${entry.slice(`@verify-full/${name}`.length)}`, `./${file(entry)}.mjs`])
    for (const [, path = ''] of exported) {
      const target = `../dist/${path.slice(2).replace('.mjs', '.js')}`
      writeFileSync(join(scope, name, path), `export * from '${target}'\n`)
    }
    const manifest = {
      name: `@verify-full/${name}`,
      exports: Object.fromEntries(exported.map(([key, path]) => [key, { default: path }])),
    }
    writeFileSync(join(scope, name, 'package.json'), JSON.stringify(manifest))
  }
  return {
    folder,
    register: pathToFileURL(join(scope, 'register/register.mjs')).href,
    entries: Object.fromEntries(
      Object.keys(ENTRIES).map((name) => {
        const [, package_ = ''] = name.split('/')
        return [name, pathToFileURL(join(scope, package_, `${file(name)}.mjs`)).href]
      }),
    ),
    write(name, text) {
      const path = join(folder, name)
      mkdirSync(join(path, '..'), { recursive: true })
      writeFileSync(path, text)
      return path
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** How long an application may take: a hang is killed, and its test fails by its exit code. */
const LIMIT_MILLIS = 15_000

/** Runs a command of Node in the workshop's folder, with nothing of this process's own PG environment. */
export async function run(
  { folder }: Workshop,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  node: string = process.execPath,
  limitMillis: number = LIMIT_MILLIS,
): Promise<Ended> {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(?:PG|VERIFY_FULL_|NODE_OPTIONS|NODE_TLS|VITEST)/.test(name),
  )
  const child = spawn(node, args, {
    cwd: folder,
    env: { ...Object.fromEntries(kept), NODE_NO_WARNINGS: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), limitMillis)
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  const [code] = (await once(child, 'close')) as [number | null]
  clearTimeout(timer)
  return { code, stdout: stdout.trim(), stderr: stderr.trim() }
}
