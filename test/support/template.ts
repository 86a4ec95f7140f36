import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import {
  chownSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
} from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Account, cacheDir, dataParent, giveTo, serverAccount } from './account.js'
import { type Binaries, settle } from './binaries.js'
import { onProcessEnd } from './disposal.js'

/** The role and the database that every server has. */
export const APP = { user: 'app', password: 'secret-app-pw', database: 'app' } as const

// Part of the directory's name: change it when the recipe below changes.
const RECIPE = 5

/** Free space and visibility maps: a quarter of the files, which PostgreSQL makes again when it wants them. */
const MAPS = /_(?:fsm|vm)$/
/** Of the server that makes the role and the database; no more WAL is kept than it has to. */
const SINGLE = [
  'password_encryption=scram-sha-256',
  'min_wal_size=2MB',
  'max_wal_size=2MB',
].flatMap((setting) => ['-c', setting])

/**
 * A data directory to copy: after initdb, with the role and the database `app`. Made once per PostgreSQL
 * build and kept in the cache directory; vitest workers may race for it, and the first one wins.
 */
export async function template(binaries: Binaries): Promise<string> {
  const final = join(cacheDir(), `data-${binaries.version}-${binaries.fingerprint}-${RECIPE}`)
  if (existsSync(final)) return final
  const work = await mkdtemp(join(dataParent(), 'verify-full-initdb-'))
  const forget = onProcessEnd(() => rmSync(work, { recursive: true, force: true }))
  try {
    giveTo(serverAccount(), work)
    const data = join(work, 'data')
    await initialize(binaries, data)
    // Copied, not renamed: the cache need not be on the same filesystem as `work`.
    const partial = `${final}.${randomUUID()}`
    copyData(data, partial, {}, MAPS)
    settle(partial, final)
    return final
  } finally {
    forget()
    await rm(work, { recursive: true, force: true })
  }
}

/** Makes a data directory with the role and the database `app`; its parent must be the server account's. */
export async function initialize(binaries: Binaries, data: string): Promise<void> {
  const options = ['--auth=trust', '--no-sync', '-U', 'postgres', '-E', 'UTF8', '--locale=C']
  await run(binaries.initdb, ['-D', data, ...options, '--wal-segsize=1'])
  await run(
    binaries.postgres,
    // Before PostgreSQL 14 the default was md5.
    ['--single', '-D', data, '-F', ...SINGLE, 'postgres'],
    [
      `create role ${APP.user} login password '${APP.password}'`,
      `create database ${APP.database} owner ${APP.user}`,
      // A quarter of the files, which every server's start copies and every stop removes. What `create database`
      // copies stays: it has to be a database that nobody is connected to.
      "update pg_database set datistemplate = false where datname = 'template0'",
      'drop database template0',
      'checkpoint',
    ].join('\n'),
  )
}

/**
 * Copies a data directory and gives it to an account, sharing blocks where the filesystem can. In one pass,
 * without a stat per file: cpSync and then a chown take three times the processor time, at every start.
 */
export function copyData(from: string, to: string, account: Account, without?: RegExp): void {
  const give = ({ uid, gid }: Account, path: string): void => {
    if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid)
  }
  // PostgreSQL insists on the mode.
  mkdirSync(to, { mode: 0o700 })
  give(account, to)
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (without?.test(entry.name)) continue
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) {
      copyData(source, target, account, without)
    } else {
      copyFileSync(source, target, constants.COPYFILE_FICLONE)
      give(account, target)
    }
  }
}

function run(program: string, args: readonly string[], input?: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // A group of its own: initdb starts servers, which have to go with it.
    const detached = process.platform !== 'win32'
    const options = { cwd: '/', env: serverEnv(), detached, ...serverAccount() }
    const child = spawn(program, args, options)
    const forget = onProcessEnd(() => {
      if (detached && child.pid) process.kill(-child.pid, 'SIGKILL')
      else child.kill('SIGKILL')
    })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (chunk) => (stdout += chunk))
    child.stderr.on('data', (chunk) => (stderr += chunk))
    child.on('error', reject)
    child.on('close', (code) => {
      forget()
      // A single-user server reports a failed statement on stderr and still exits with 0.
      if (code === 0 && !/\b(ERROR|FATAL|PANIC):/.test(stderr)) resolve()
      else reject(new Error(`${program} failed: ${stderr || stdout}`))
    })
    child.stdin?.end(input === undefined ? '' : `${input}\n`)
  })
}

/** The environment without PG*, which would reconfigure the programs, and with messages in English. */
export function serverEnv(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name))
  return { ...Object.fromEntries(kept), LC_ALL: 'C', TZ: 'UTC' }
}
