/** Generates PrismaClient as an application has it, in both module systems: libraries/prisma-client.mjs loads it. */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const here = fileURLToPath(new URL('..', import.meta.url))
const PRISMA = `${here}node_modules/prisma/build/index.js`

execFileSync(process.execPath, [PRISMA, 'generate', '--schema', 'prisma/schema.prisma'], {
  cwd: here,
  stdio: 'inherit',
  env: {
    ...process.env,
    // The command downloads its schema engine first, which nothing here starts: any file will do.
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    CHECKPOINT_DISABLE: '1',
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
  },
})
for (const [folder, format, extension] of [
  ['module', 'esm', 'mjs'],
  ['commonjs', 'cjs', 'cjs'],
]) {
  await build({
    entryPoints: [`${here}.prisma/${folder}/client.ts`],
    bundle: true,
    packages: 'external',
    platform: 'node',
    format,
    target: 'node20',
    outfile: `${here}.prisma/client.${extension}`,
  })
}
