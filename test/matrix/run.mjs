/**
 * What README's test command leaves to CI: every supported PostgreSQL and pg version, the older Knex and
 * TypeORM, and the packages' suites and the contract on the other Node lines. Fails where a version is not
 * installed.
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
  'PostgreSQL 14 to 18 with pg 8.11 to latest, register on every Node line, every random case',
  process.execPath,
  [
    ...[
      vitest,
      'run',
      'packages',
      'test/server/versions.test.ts',
      'test/server/hba-oracle.test.ts',
      'test/server/hba-decisions.test.ts',
      'test/server/audit-scale.test.ts',
      'test/cli/certs-server.test.ts',
      'test/register/loading.test.ts',
      'test/postgres/options.test.ts',
      'test/drivers',
    ],
  ],
  { env: { ...process.env, VERIFY_FULL_MATRIX: '1' } },
)

for (const version of ['14', '15', '16', '17']) {
  const tests = ['test/server/audit.test.ts', 'test/server/watch.test.ts', 'test/support/replica']
  const env = { ...process.env, VERIFY_FULL_PG_VERSION: version }
  run(`audit and watch with PostgreSQL ${version}`, process.execPath, [vitest, 'run', ...tests], {
    env,
  })
}

/** The copies that are not the workspace's own; the word that finds the tests of a library. */
const COPIES = [
  ['knex', 'knex-2.5'],
  ['knex', 'knex-3.1'],
  ['typeorm', 'typeorm-0.3'],
]
const copies = (what, node) => {
  for (const [library, alias] of COPIES) {
    const env = { ...process.env, [`VERIFY_FULL_${library.toUpperCase()}`]: alias }
    run(`${alias}, ${what}`, node, [vitest, 'run', library, 'test/examples-run'], { env })
  }
}

copies(`Node ${process.version}`, process.execPath)

run(
  'the contract with the oldest TypeORM of the range',
  process.execPath,
  [vitest, 'run', 'test/contract/typeorm'],
  {
    env: { ...process.env, VERIFY_FULL_TYPEORM: 'typeorm-0.3.20' },
  },
)

if (process.platform === 'linux' && process.arch === 'x64') {
  for (const line of ['node-22', 'node-24', 'node-26']) {
    const node = `${here}node_modules/${line}/bin/node`
    if (!existsSync(node)) throw new Error(`${line} is not installed`)
    run(line, node, [
      vitest,
      'run',
      'packages',
      'test/server',
      'test/contract',
      'test/examples-run',
    ])
    // The newest LTS.
    if (line === 'node-24') copies(line, node)
  }
} else {
  console.log('\n== other Node lines: not run here, their binaries are installed on linux-x64 only')
}
