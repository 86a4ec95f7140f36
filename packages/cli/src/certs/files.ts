import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** A file that a command makes. */
export interface NewFile {
  readonly name: string
  readonly content: string
  /** 0600 for keys. */
  readonly secret?: boolean
}

/**
 * Writes files into a directory, all of them or none: an existing one is never overwritten, because it
 * may be the key that a server or an authority is using.
 */
export function writeNew(directory: string, files: readonly NewFile[]): void {
  const existing = files.map(({ name }) => join(directory, name)).filter((path) => existsSync(path))
  if (existing.length > 0) {
    throw new Error(
      `${existing.join(', ')} already there: nothing was written. ` +
        'Move the old files away, or name another directory with --out.',
    )
  }
  const written: string[] = []
  try {
    mkdirSync(directory, { recursive: true })
    for (const { name, content, secret } of files) {
      const path = join(directory, name)
      writeFileSync(path, content, { flag: 'wx', mode: secret ? 0o600 : 0o644 })
      written.push(path)
    }
  } catch (cause) {
    // Half of them would be in the way of the next attempt.
    for (const path of written) rmSync(path, { force: true })
    const { code = 'unknown error', path = directory } = cause as NodeJS.ErrnoException
    throw new Error(`${path} cannot be written (${code}): nothing was written`, { cause })
  }
}

/** Reads a file that was named on the command line; the error names it. */
export function readNamed(cwd: string, path: string): Buffer {
  try {
    return readFileSync(resolve(cwd, path))
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error'
    throw new Error(`${path} cannot be read (${code})`, { cause })
  }
}
