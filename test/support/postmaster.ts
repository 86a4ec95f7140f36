import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { type Account, serverAccount } from './account.js'
import type { Binaries } from './binaries.js'
import { serverEnv } from './template.js'

/** A running server process, and what it writes to stderr. */
export interface Daemon {
  readonly child: ChildProcess
  /** Everything logged so far. */
  log(): string
}

/**
 * Starts a server process and waits for `ready` in its log: no polling.
 *
 * @throws {Error} with the end of the log when it exits first or takes longer than 20 seconds.
 */
export async function start(
  program: string,
  args: readonly string[],
  ready: RegExp,
  account: Account = serverAccount(),
): Promise<Daemon> {
  const stdio: ['ignore', 'ignore', 'pipe'] = ['ignore', 'ignore', 'pipe']
  const child = spawn(program, args, { cwd: '/', env: serverEnv(), stdio, ...account })
  let log = ''
  const daemon: Daemon = { child, log: () => log }
  const failed = (why: string): Error => new Error(`${program} ${why}:\n${log.slice(-2000)}`)
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(failed('was not ready in time'))
    }, 20_000)
    const settled = (): void => clearTimeout(timer)
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log += text
      if (!ready.test(log)) return
      settled()
      resolve()
    })
    child.on('error', (error) => {
      settled()
      reject(error)
    })
    // 'close' and not 'exit': the last lines of the log say why.
    child.on('close', () => {
      settled()
      reject(failed('exited'))
    })
  })
  return daemon
}

/** Ends a process: each signal in turn, `grace` milliseconds apart, until it is gone. */
export async function end(
  child: ChildProcess,
  signals: readonly NodeJS.Signals[],
  grace = 3000,
): Promise<void> {
  const gone = child.exitCode !== null || child.signalCode !== null
  if (gone) return
  const exit = once(child, 'exit')
  for (const signal of signals) {
    child.kill(signal)
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(resolve, grace, true)
    })
    const stillThere = await Promise.race([late, exit.then(() => false)])
    clearTimeout(timer)
    if (!stillThere) return
  }
}

/** A TCP port that nobody listens on at the moment, on the IPv4 loopback. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** Between finding a free port and binding it, another process can take it: then another port is tried. */
export async function startPostmaster(
  programs: Binaries,
  dataDir: string,
  socketDir: string,
): Promise<{ daemon: Daemon; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort()
    const args = ['-D', dataDir, '-p', String(port), '-k', socketDir]
    try {
      const daemon = await start(
        programs.postgres,
        args,
        /ready to accept (read-only )?connections/,
      )
      if (!daemon.log().includes('could not bind IPv4')) return { daemon, port }
      await end(daemon.child, ['SIGQUIT', 'SIGKILL'])
    } catch (error) {
      if (attempt >= 5 || !String(error).includes('could not bind IPv4')) throw error
    }
    if (attempt >= 5) throw new Error('no free port for PostgreSQL after 5 attempts')
  }
}
