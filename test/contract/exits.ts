import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { expect, it, onTestFinished } from 'vitest'
import { copyOf } from '../support/copies.js'
import type { Adapter, Config, Script } from './adapter.js'
import { accountOf, verified, type World } from './world.js'

// Below test/, so that what is not bundled resolves as it does for this package.
const PARENT = fileURLToPath(new URL('../.children/', import.meta.url))

/** A process that used the adapter, without process.exit(). */
export function exits(adapter: Adapter, world: World): void {
  it('exits by itself after close(), used or refused', { timeout: 60_000 }, async () => {
    const script = await scriptOf(adapter)
    expect(await run(script, verified(world))).toEqual({ output: 'ran,ran', code: 0 })
    const rogue = { ...accountOf(world), ssl: { ca: world.set.rogueRoot.root } }
    const { output, code } = await run(script, rogue)
    expect(output).toMatch(/refused|PolicyError,PolicyError/)
    expect(code).toBe(0)
  })
}

async function scriptOf({ child }: Adapter): Promise<Script> {
  return 'script' in child ? child : { script: await bundle(child.module), env: {} }
}

/** The child's script, from the sources: a child of Node alone would need a build. */
async function bundle(module: string): Promise<string> {
  mkdirSync(PARENT, { recursive: true })
  const folder = mkdtempSync(join(PARENT, 'run-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const entry = join(folder, 'entry.ts')
  const [from, used] = [module, new URL('used.mjs', import.meta.url)].map((url) =>
    JSON.stringify(fileURLToPath(url)),
  )
  writeFileSync(
    entry,
    `import { adapter } from ${from}\nimport { use } from ${used}\nawait use(adapter.open)`,
  )
  const output = await rolldown({
    input: entry,
    platform: 'node',
    resolve: { conditionNames: ['@verify-full/source', 'import', 'node'] },
    external: (id) => !copyOf(id) && !/^[./]|^[A-Z]:|^@verify-full\//i.test(id),
    plugins: [
      {
        name: 'the copy that the version matrix wants',
        async resolveId(source, importer) {
          const copy = copyOf(source)
          const resolved = copy && (await this.resolve(copy, importer, { skipSelf: true }))
          return resolved ? { id: resolved.id, external: true } : null
        },
      },
    ],
  })
  const file = join(folder, 'child.mjs')
  await output.write({ file, format: 'esm' })
  await output.close()
  return file
}

/** A process that is still there that long after its last line waits for something, and is killed. */
const LINGER_MILLIS = 8000

async function run({ script, env, node = process.execPath }: Script, config: Config) {
  const child = spawn(node, [script], {
    env: { ...process.env, ...env, CONTRACT_CONFIG: JSON.stringify(config) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const closed = once(child, 'close')
  let output = ''
  let timer: NodeJS.Timeout | undefined
  for await (const chunk of child.stdout) {
    output += chunk
    timer ??= setTimeout(() => child.kill('SIGKILL'), LINGER_MILLIS)
  }
  const [code] = await closed
  clearTimeout(timer)
  return { output: output.trim(), code }
}
