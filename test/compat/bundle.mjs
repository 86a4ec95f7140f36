/** An application in one file, as esbuild makes it: no loader sees the driver in it. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const here = fileURLToPath(new URL('.', import.meta.url))

/** Bundles the application of a library with the modules that it loads, by the file or name of each. */
export async function bundle(library, loaded, folder) {
  const outfile = join(folder, `${library}.cjs`)
  const cases = Object.entries(loaded)
    .map(([name, path]) => `${JSON.stringify(name)}: () => import(${JSON.stringify(path)})`)
    .join(', ')
  await build({
    stdin: {
      contents: `import { runCases } from './cases.mjs'
import * as library from './libraries/${library}.mjs'
const load = { ${cases} }
runCases(library, (name) => load[name]())`,
      resolveDir: here,
    },
    absWorkingDir: here,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    // Optional, and not installed.
    external: ['pg-native', 'cloudflare:sockets'],
    logLevel: 'silent',
    outfile,
  })
  return outfile
}
