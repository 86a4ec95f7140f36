/**
 * What README's test command leaves to CI: every supported PostgreSQL and pg version, and the guard's and
 * core's suites on the other Node lines. Fails where a version is not installed.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))
const root = fileURLToPath(new URL('../..', import.meta.url))
const vitest = `${root}node_modules/vitest/vitest.mjs`
const pnpm = process.env.npm_execpath

function run(what, command, args, options) {
  console.log(`\n== ${what}`)
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options })
  if (status !== 0) {
    console.error(`failed: ${what}`)
    process.exit(1)
  }
}

const install = ['install', '--frozen-lockfile', '--dir', here]
if (pnpm && /\.[cm]?js$/.test(pnpm)) run('install the matrix', process.execPath, [pnpm, ...install])
else run('install the matrix', pnpm ?? 'pnpm', install, { shell: process.platform === 'win32' })

run(
  'PostgreSQL 14 to 18 with pg 8.11 to latest',
  process.execPath,
  [
    ...[
      vitest,
      'run',
      'test/server/versions.test.ts',
      'test/cli/certs-server.test.ts',
      'test/drivers',
    ],
  ],
  { env: { ...process.env, VERIFY_FULL_MATRIX: '1' } },
)

if (process.platform === 'linux' && process.arch === 'x64') {
  for (const line of ['node-22', 'node-24', 'node-26']) {
    const node = `${here}node_modules/${line}/bin/node`
    if (!existsSync(node)) throw new Error(`${line} is not installed`)
    run(line, node, [vitest, 'run', 'packages', 'test/server'])
  }
} else {
  console.log('\n== other Node lines: not run here, their binaries are installed on linux-x64 only')
}
