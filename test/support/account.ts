import { execFileSync } from 'node:child_process'
import { chownSync, lstatSync, mkdirSync, readdirSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The operating system account that a server process runs as; empty means the current one. */
export interface Account {
  readonly uid?: number
  readonly gid?: number
}

let found: Account | undefined

/** PostgreSQL and PgBouncer refuse to run as root: root starts them as `nobody`. */
export function serverAccount(): Account {
  if (found === undefined) {
    const id = (flag: string): number => Number(execFileSync('id', [flag, 'nobody']).toString())
    found = process.getuid?.() === 0 ? { uid: id('-u'), gid: id('-g') } : {}
  }
  return found
}

/** Gives a file, or a directory with all that is in it, to the account. */
export function giveTo(account: Account, path: string): void {
  const { uid, gid } = account
  if (uid === undefined || gid === undefined) return
  chownSync(path, uid, gid)
  if (!lstatSync(path).isDirectory()) return
  for (const name of readdirSync(path)) giveTo(account, join(path, name))
}

/**
 * A directory that outlives the process, for what is expensive to make. It is in the temporary directory,
 * which everyone can write to, so it must prove to be ours alone.
 */
export function cacheDir(): string {
  const uid = process.getuid?.() ?? 0
  const dir = join(tmpdir(), `verify-full-cache-${uid}`)
  mkdirSync(dir, { recursive: true, mode: 0o711 })
  const stat = lstatSync(dir)
  const foreign = process.getuid !== undefined && (stat.uid !== uid || (stat.mode & 0o022) !== 0)
  if (!stat.isDirectory() || foreign) {
    throw new Error(`${dir} is not a directory that only this account can write to; remove it`)
  }
  return dir
}

let parent: string | undefined

/**
 * Where data directories go: a data directory is a thousand files that nobody keeps, so memory is the place
 * for it. Linux has /dev/shm; in a container it may be too small (64 MB), and then it is the temporary one.
 */
export function dataParent(): string {
  parent ??= process.platform === 'linux' && shmHasRoom() ? '/dev/shm' : tmpdir()
  return parent
}

function shmHasRoom(): boolean {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm')
    return bavail * bsize > 512 * 1024 * 1024
  } catch {
    return false
  }
}
