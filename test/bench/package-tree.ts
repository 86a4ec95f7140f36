/**
 * A tree of code as people write it: the packages that are installed here, those about PostgreSQL first. Always the
 * same for the same lockfile.
 */
import { copyFileSync, type Dirent, mkdirSync, readdirSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const STORE = fileURLToPath(new URL('../../../../node_modules/.pnpm/', import.meta.url))
const ABOUT_POSTGRES = /^(?:typeorm|knex|pg|pg-.*|postgres|sequelize)@/
const TEXT = /(?<!\.min)\.(?:[cm]?[jt]sx?|json|md|ya?ml|toml|sh|sql|txt)$/
/** Bytes: without the many files that only hand something on, files are as long as an application's. */
const [SMALLEST, LARGEST] = [1000, 300_000]

/** Copies so many files, and returns how many bytes they have. */
export function copyPackages(to: string, files: number): number {
  let left = files
  let bytes = 0
  for (const folder of packageFolders()) {
    for (const path of filesIn(folder)) {
      if (left === 0) return bytes
      const { size } = statSync(path)
      if (size < SMALLEST || size > LARGEST) continue
      const copy = join(to, relative(STORE, path).replaceAll('node_modules', 'package'))
      mkdirSync(dirname(copy), { recursive: true })
      copyFileSync(path, copy)
      bytes += size
      left--
    }
  }
  throw new Error(`fewer than ${files} files are installed`)
}

/** Each package's own folder, without what it depends on. */
function packageFolders(): string[] {
  const entries = readdirSync(STORE).filter((name) => /^@?[^@]+@/.test(name))
  const isFirst = (name: string): number => Number(!ABOUT_POSTGRES.test(name))
  return entries
    .sort((a, b) => isFirst(a) - isFirst(b) || (a < b ? -1 : 1))
    .flatMap((entry) => {
      const name = entry.slice(0, entry.indexOf('@', 1)).replace('+', '/')
      const folder = join(STORE, entry, 'node_modules', name)
      return statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? [folder] : []
    })
}

function* filesIn(folder: string): Generator<string> {
  const byName = (a: Dirent, b: Dirent): number => (a.name < b.name ? -1 : 1)
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort(byName)) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && entry.name !== 'node_modules') yield* filesIn(path)
    else if (entry.isFile() && TEXT.test(entry.name)) yield path
  }
}
