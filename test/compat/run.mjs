/** Installs the libraries, generates PrismaClient, and runs the suite; `--write` writes docs/compatibility.md anew. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))
const root = fileURLToPath(new URL('../..', import.meta.url))
const pnpm = process.env.npm_execpath
const mode = process.argv.includes('--write') ? 'write' : '1'

function run(command, args, env = {}) {
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    env: { ...process.env, ...env },
  })
  if (status !== 0) process.exit(1)
}

// test/matrix has the binaries of the other lines of Node.
for (const folder of [here, `${here}../matrix`]) {
  const install = ['install', '--frozen-lockfile', '--dir', folder]
  if (pnpm && /\.[cm]?js$/.test(pnpm)) run(process.execPath, [pnpm, ...install])
  else run(pnpm ?? 'pnpm', install)
}
run(process.execPath, [`${here}prisma/generate.mjs`])
// The libraries wait for each other's processes: a slow machine is no failure.
const vitest = [
  `${root}node_modules/vitest/vitest.mjs`,
  'run',
  'test/compat',
  '--testTimeout=120000',
]
run(process.execPath, vitest, { VERIFY_FULL_COMPAT: mode })
