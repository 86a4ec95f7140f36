/** What the packages weigh: time to import, bytes on disk, and whether a process ends by itself. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, statSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

/**
 * Milliseconds of CPU that importing some modules takes over importing another: CPU time, and the least
 * disturbed start of each, because other processes on the machine slow a start down but never speed it up.
 */
export async function addedImportTime(
  times: number,
  names: readonly string[],
  { over, cwd }: { readonly over?: string; readonly cwd?: string } = {},
): Promise<number> {
  const raw: number[] = [over ? Number.POSITIVE_INFINITY : 0]
  const guarded: number[] = []
  for (let i = 0; i < times; i++) {
    if (over) raw.push(await importTime([over], cwd))
    guarded.push(await importTime(names, cwd))
  }
  return Math.min(...guarded) - Math.min(...raw)
}

/** In a process of its own, without Node's own start. */
async function importTime(names: readonly string[], cwd?: string): Promise<number> {
  const imports = names.map((name) => `await import(${JSON.stringify(import.meta.resolve(name))})`)
  const { output } = await run(
    `const start = process.cpuUsage(); ${imports.join('\n')}
     const { user, system } = process.cpuUsage(start)
     console.log(user + system)`,
    { cwd },
  )
  return Number(output) / 1000
}

/** Bytes of the packages' dist folders, as published: the declarations and one bundle each. */
export function installedSize(): number {
  const size = (folder: URL): number =>
    readdirSync(folder, { withFileTypes: true })
      .filter(({ name }) => !name.endsWith('.js') || /^bundle.*\.js$/.test(name))
      .map((entry) =>
        entry.isDirectory()
          ? size(new URL(`${entry.name}/`, folder))
          : statSync(new URL(entry.name, folder)).size,
      )
      .reduce((sum, bytes) => sum + bytes, 0)
  return ['@verify-full/core', '@verify-full/pg']
    .map((name) => size(new URL('./', import.meta.resolve(name))))
    .reduce((sum, bytes) => sum + bytes, 0)
}

/** Whether a process with a guarded pool that was used and ended exits, without `process.exit()`. */
export async function exitsByItself(config: object, limitMillis: number): Promise<boolean> {
  const { output, code } = await run(
    `import { guard } from ${JSON.stringify(import.meta.resolve('@verify-full/pg'))}
     import pg from ${JSON.stringify(import.meta.resolve('pg'))}
     const pool = guard(new pg.Pool(${JSON.stringify(config)}))
     await Promise.all([pool.query('select 1'), pool.query('select 2')])
     await pool.end()
     console.log('ended')`,
    { timeout: limitMillis },
  )
  return output === 'ended' && code === 0
}

const HERE = fileURLToPath(new URL('.', import.meta.url))

async function run(
  source: string,
  { timeout = 30_000, cwd = HERE }: { timeout?: number; cwd?: string | undefined },
): Promise<{ output: string; code: unknown }> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout,
  })
  const closed = once(child, 'close')
  const output = (await text(child.stdout)).trim()
  const [code] = await closed
  return { output, code }
}
