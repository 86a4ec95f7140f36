/** Applications of their own process, with register bundled from the sources beside them. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
// Below test/, so that pg and postgres resolve as they do for this package.
const PARENT = join(ROOT, 'test/.register')
const PACKAGES = ['core', 'pg', 'postgres', 'knex', 'typeorm', 'register']

interface Manifest {
  readonly name: string
  readonly type: string
  readonly publishConfig: {
    readonly exports: Readonly<Record<string, { readonly default: string }>>
  }
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

/** Builds the packages as they are published. Drivers resolve from `parent`. */
export async function workshop(parent: string = PARENT): Promise<Workshop> {
  mkdirSync(parent, { recursive: true })
  const folder = mkdtempSync(join(parent, 'run-'))
  const { bundlePackage } = (await import('../package/bundling.mjs' as string)) as {
    bundlePackage(name: string, how: { from: 'src'; to: string }): Promise<void>
  }
  const entries: Record<string, string> = {}
  await Promise.all(
    PACKAGES.map(async (package_) => {
      const place = join(folder, 'node_modules/@verify-full', package_)
      await bundlePackage(package_, { from: 'src', to: join(place, 'dist') })
      const text = readFileSync(join(ROOT, 'packages', package_, 'package.json'), 'utf8')
      const { name, type, publishConfig } = JSON.parse(text) as Manifest
      const { exports } = publishConfig
      writeFileSync(join(place, 'package.json'), JSON.stringify({ name, type, exports }))
      for (const [entry, { default: path }] of Object.entries(exports)) {
        entries[`${name}${entry.slice(1)}`] = pathToFileURL(join(place, path)).href
      }
    }),
  )
  return {
    folder,
    register: entries['@verify-full/register'] ?? '',
    entries,
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
